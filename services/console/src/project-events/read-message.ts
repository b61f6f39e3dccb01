import type { EventCodec } from '@sluice/contracts';
import { DependencyDown, Failure } from '@sluice/failure';
import { eventHeaders, fromWire, isoToMicros, type ReceivedMessage } from '@sluice/messaging';
import { eventToJson } from '../domain/event-json.ts';
import type { Hop } from '../domain/hop.ts';
import { linksOf } from '../domain/links.ts';
import { traceIdOf } from '../domain/trace-id.ts';

const textMax = 500;

/**
 * Reads a message for the timeline. What cannot be read is listed all the same, with the reason.
 * @throws DependencyDown when a schema must be fetched and the registry does not answer.
 */
export async function readMessage(
  message: ReceivedMessage,
  codec: EventCodec,
  tenant: string,
): Promise<Hop> {
  try {
    const event = await fromWire(message, codec);
    const data = eventToJson(event.type, event.data);
    return {
      ...placeOf(message),
      tenant: event.tenant,
      eventId: event.id,
      type: event.type,
      source: event.source,
      links: linksOf(data, event.correlationId),
      happenedAt: event.time,
      causationId: event.causationId ?? null,
      data,
      fault: null,
      event,
    };
  } catch (error) {
    if (error instanceof DependencyDown) throw error;
    return unreadable(message, tenant, error);
  }
}

type Place = Pick<Hop, 'topic' | 'partition' | 'offset' | 'key' | 'publishedAtMs' | 'traceId'>;

function placeOf(message: ReceivedMessage): Place {
  return {
    topic: message.topic,
    partition: message.partition,
    offset: message.offset,
    key: clean(message.key),
    publishedAtMs: message.timestampMs,
    traceId: traceIdOf(message.headers[eventHeaders.traceparent]),
  };
}

function unreadable(message: ReceivedMessage, tenant: string, error: unknown): Hop {
  const { headers } = message;
  const fault =
    error instanceof Failure ? `${error.code}: ${error.message}` : 'The message is unreadable.';
  const correlationId = headers[eventHeaders.correlationId];
  const place = `${message.topic}/${message.partition}/${message.offset}`;
  return {
    ...placeOf(message),
    tenant: clean(headers[eventHeaders.tenant] ?? tenant),
    // The id may be another event's: the place is unique where the content cannot be trusted.
    eventId: place,
    type: clean(headers[eventHeaders.type] ?? 'unknown'),
    source: clean(headers[eventHeaders.source] ?? 'unknown'),
    links: correlationId === undefined ? [] : [clean(correlationId)],
    happenedAt: happenedAt(message),
    causationId: null,
    data: null,
    fault: clean(fault),
    event: undefined,
  };
}

function happenedAt({ headers, timestampMs }: ReceivedMessage): bigint {
  try {
    return isoToMicros(headers[eventHeaders.time] ?? '');
  } catch {
    return timestampMs * 1_000n;
  }
}

function clean(text: string): string {
  return text.replaceAll('\0', '').slice(0, textMax);
}

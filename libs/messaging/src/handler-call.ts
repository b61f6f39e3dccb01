import { Logger } from '@nestjs/common';
import { SpanKind, contextFromTraceparent, trace, withSpan } from '@sluice/telemetry';
import type { Attributes, Link, TraceContext } from '@sluice/telemetry';
import type { Delivery, EventRecord, ReceivedMessage } from './event-record.ts';
import { eventHeaders } from './headers.ts';
import type { Route } from './route.ts';

/** Most links of one span. */
export const SPAN_LINKS_MAX = 128;

const handlerAlarmMs = 60_000;
const log = new Logger('handlers');

/** One message for a handler. */
export interface HandlerInput {
  readonly route: Route;
  readonly message: ReceivedMessage;
  /** Absent for handlers of undecoded messages. */
  readonly event: EventRecord | undefined;
  /** Attempts before this one. */
  readonly attempts: number;
  readonly receivedAtMs: number;
}

/**
 * Calls the handler inside its `process` span.
 *
 * A single event continues the trace in which it was created, so that one payment is one trace; a batch is a span of
 * its own with links to its events. Undecoded messages get no span.
 */
export async function callHandler(items: readonly HandlerInput[], group: string): Promise<void> {
  const [first] = items;
  if (first === undefined) return;
  const alarm = setInterval(() => tellOfHandler(first.message, group), handlerAlarmMs);
  try {
    await callInSpan(items, first, group);
  } finally {
    clearInterval(alarm);
  }
}

/** A handler cannot be stopped from outside, and its key waits for it; but somebody must know. */
function tellOfHandler({ topic, partition, offset }: ReceivedMessage, group: string): void {
  log.error({
    message: `A handler of ${group} has not ended for a minute`,
    alert: true,
    topic,
    partition,
    offset: offset.toString(),
  });
}

async function callInSpan(
  items: readonly HandlerInput[],
  first: HandlerInput,
  group: string,
): Promise<void> {
  if (first.event === undefined) return first.route.call(items.map((item) => item.message));
  const deliveries = items.flatMap(deliveryOf);
  const [only] = deliveries;
  const isSingle = deliveries.length === 1 && only !== undefined;
  const parent = isSingle ? traceContextOf(only.event) : undefined;
  await withSpan(
    `process ${first.message.topic}`,
    {
      kind: SpanKind.CONSUMER,
      attributes: {
        'messaging.system': 'kafka',
        'messaging.operation.type': 'process',
        'messaging.destination.name': first.message.topic,
        'messaging.consumer.group.name': group,
        'messaging.batch.message_count': deliveries.length,
        ...(isSingle ? singleAttributes(only, first.receivedAtMs) : {}),
      },
      ...(parent === undefined ? {} : { parent }),
      ...(isSingle ? {} : { links: () => linksTo(deliveries.map(({ message }) => message)) }),
    },
    () => first.route.call(deliveries),
  );
}

/** Links to the creation contexts of messages, at most 128. */
export function linksTo(
  messages: readonly { readonly headers: ReceivedMessage['headers'] }[],
): Link[] {
  const links: Link[] = [];
  for (const { headers } of messages) {
    if (links.length >= SPAN_LINKS_MAX) break;
    const traceparent = headers[eventHeaders.traceparent];
    if (traceparent === undefined) continue;
    const created = contextFromTraceparent({ traceparent });
    const context = created === undefined ? undefined : trace.getSpanContext(created);
    if (context !== undefined) links.push({ context });
  }
  return links;
}

function deliveryOf(item: HandlerInput): Delivery[] {
  if (item.event === undefined) return [];
  return [{ event: item.event, message: item.message, attempt: item.attempts + 1 }];
}

function traceContextOf(event: EventRecord): TraceContext | undefined {
  if (event.traceparent === undefined) return undefined;
  const { traceparent, tracestate } = event;
  return tracestate === undefined ? { traceparent } : { traceparent, tracestate };
}

function singleAttributes({ event, message, attempt }: Delivery, receivedAtMs: number): Attributes {
  const appendedMs = Number(event.time / 1000n);
  const writtenMs = Number(message.timestampMs);
  return {
    'messaging.message.id': event.id,
    'messaging.kafka.message.key': event.key,
    'messaging.kafka.offset': Number(message.offset),
    'messaging.destination.partition.id': String(message.partition),
    'sluice.event.type': event.type,
    'sluice.tenant': event.tenant,
    'sluice.correlation_id': event.correlationId ?? '',
    'sluice.attempt': attempt,
    'sluice.outbox_ms': Math.max(writtenMs - appendedMs, 0),
    'sluice.broker_ms': Math.max(receivedAtMs - writtenMs, 0),
    'sluice.queue_ms': Math.max(Date.now() - receivedAtMs, 0),
  };
}

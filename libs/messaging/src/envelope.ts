import type { EventCodec, EventType } from '@sluice/contracts';
import { eventTypes } from '@sluice/contracts';
import { PermanentFailure, PoisonMessage } from '@sluice/failure';
import type { EventRecord, ReceivedMessage, WireMessage } from './event-record.ts';
import {
  EVENT_CONTENT_TYPE,
  eventHeaders as names,
  HEADER_BYTES_MAX,
  HEADERS_BYTES_MAX,
} from './headers.ts';
import { refuseCardNumbers } from './card-number-gate.ts';

/**
 * Encodes an event for its topic: Avro value, envelope in the headers.
 *
 * Refuses card numbers in the data (fields that are ids by their name are exempt), and an envelope over its limits.
 * @throws PermanentFailure CARD_NUMBER_REFUSED or ENVELOPE_TOO_LARGE.
 */
export function toWire(event: EventRecord, codec: EventCodec): WireMessage {
  const headers = headersOf(event);
  refuseCardNumbers(event.data);
  const { payload } = codec.encode(event.type, event.data);
  return { topic: eventTypes[event.type].topic, key: event.key, value: payload, headers };
}

/** The envelope as headers. @throws PermanentFailure ENVELOPE_TOO_LARGE past the limits. */
export function headersOf(event: EventRecord): Record<string, string> {
  const all: Record<string, string | undefined> = {
    [names.specVersion]: '1.0',
    [names.id]: event.id,
    [names.source]: event.source,
    [names.type]: event.type,
    [names.time]: microsToIso(event.time),
    [names.subject]: event.subject,
    [names.partitionKey]: event.key,
    [names.tenant]: event.tenant,
    [names.version]: event.version?.toString(),
    [names.causationId]: event.causationId,
    [names.correlationId]: event.correlationId,
    [names.contentType]: EVENT_CONTENT_TYPE,
    [names.traceparent]: event.traceparent,
    [names.tracestate]: event.tracestate,
  };
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(all)) {
    if (value !== undefined && value !== '') headers[name] = value;
  }
  const oversized = oversizedHeader(headers);
  if (oversized !== undefined) {
    throw new PermanentFailure('ENVELOPE_TOO_LARGE', `Header ${oversized} is over its limit.`);
  }
  return headers;
}

/**
 * Decodes a message into its event.
 *
 * @throws PoisonMessage ENVELOPE_TOO_LARGE, ENVELOPE_UNREADABLE, ENVELOPE_INCOMPLETE, ENVELOPE_MISMATCH, or a code
 * of the codec.
 * @throws DependencyDown when a schema must be fetched and the registry does not answer.
 */
export async function fromWire(message: ReceivedMessage, codec: EventCodec): Promise<EventRecord> {
  const oversized = oversizedHeader(message.headers);
  if (oversized !== undefined) {
    throw new PoisonMessage('ENVELOPE_TOO_LARGE', `Header ${oversized} is over its limit.`);
  }
  const unreadable = headerWithZero(message);
  if (unreadable !== undefined) {
    throw new PoisonMessage('ENVELOPE_UNREADABLE', `${unreadable} holds a zero character.`);
  }
  const decoded = codec.decodeKnown(message.value) ?? (await codec.decode(message.value));
  const { headers } = message;
  const type = required(headers, names.type);
  if (type !== decoded.type) {
    throw new PoisonMessage(
      'ENVELOPE_MISMATCH',
      `The envelope says ${type}, the value is a ${decoded.type}.`,
    );
  }
  return {
    id: required(headers, names.id),
    type: decoded.type,
    source: required(headers, names.source),
    tenant: required(headers, names.tenant),
    key: message.key,
    time: isoToMicros(required(headers, names.time)),
    data: decoded.data,
    ...optionalFields(headers),
  };
}

/** The event type a message claims to carry, without decoding it; undefined when it names none we know. */
export function claimedType(message: WireMessage): EventType | undefined {
  const type = message.headers[names.type];
  return type !== undefined && Object.hasOwn(eventTypes, type) ? (type as EventType) : undefined;
}

/** Writes an instant in microseconds as RFC 3339 with six decimals. */
export function microsToIso(micros: bigint): string {
  const seconds = micros >= 0n ? micros / 1_000_000n : -((999_999n - micros) / 1_000_000n);
  const fraction = (micros - seconds * 1_000_000n).toString().padStart(6, '0');
  return `${new Date(Number(seconds) * 1000).toISOString().slice(0, -5)}.${fraction}Z`;
}

const instant = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?(Z|[+-]\d{2}:\d{2})$/;

/** Reads an RFC 3339 instant into microseconds. @throws PoisonMessage ENVELOPE_INCOMPLETE. */
export function isoToMicros(text: string): bigint {
  const match = instant.exec(text);
  const baseMs = match === null ? Number.NaN : Date.parse(`${match[1]}${match[3]}`);
  if (Number.isNaN(baseMs)) {
    throw new PoisonMessage('ENVELOPE_INCOMPLETE', `Header ${names.time} is not an instant.`);
  }
  const fraction = (match?.[2] ?? '').padEnd(6, '0').slice(0, 6);
  return BigInt(baseMs) * 1000n + BigInt(fraction);
}

function optionalFields(headers: Readonly<Record<string, string>>): Partial<EventRecord> {
  const version = headers[names.version];
  const texts = {
    subject: headers[names.subject],
    causationId: headers[names.causationId],
    correlationId: headers[names.correlationId],
    traceparent: headers[names.traceparent],
    tracestate: headers[names.tracestate],
  };
  const fields: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(texts)) {
    if (value !== undefined && value !== '') fields[name] = value;
  }
  if (version !== undefined) fields['version'] = parseVersion(version);
  return fields;
}

function parseVersion(text: string): bigint {
  if (!/^\d{1,18}$/.test(text)) {
    throw new PoisonMessage('ENVELOPE_INCOMPLETE', `Header ${names.version} is not a number.`);
  }
  return BigInt(text);
}

function required(headers: Readonly<Record<string, string>>, name: string): string {
  const value = headers[name];
  if (value === undefined || value === '') {
    throw new PoisonMessage('ENVELOPE_INCOMPLETE', `Header ${name} is missing.`);
  }
  return value;
}

/** Postgres stores no zero character in a text: such an event could be neither marked nor parked. */
function headerWithZero({ key, headers }: ReceivedMessage): string | undefined {
  if (key.includes('\0')) return 'The key';
  const found = Object.entries(headers).find(([, value]) => value.includes('\0'));
  return found === undefined ? undefined : `Header ${found[0].slice(0, 64)}`;
}

function oversizedHeader(headers: Readonly<Record<string, string>>): string | undefined {
  let total = 0;
  for (const [name, value] of Object.entries(headers)) {
    const bytes = Buffer.byteLength(value);
    total += Buffer.byteLength(name) + bytes;
    if (bytes > HEADER_BYTES_MAX || total > HEADERS_BYTES_MAX) return name.slice(0, 64);
  }
  return undefined;
}

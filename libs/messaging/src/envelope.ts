import type { Decoded, EventCodec, EventType } from '@sluice/contracts';
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

/** Most bytes in UTF-8 of one unit of a text's length. */
const characterBytesMax = 3;

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
  const headers: Record<string, string> = { [names.specVersion]: '1.0' };
  set(headers, names.id, event.id);
  set(headers, names.source, event.source);
  set(headers, names.type, event.type);
  set(headers, names.time, microsToIso(event.time));
  set(headers, names.subject, event.subject);
  set(headers, names.partitionKey, event.key);
  set(headers, names.tenant, event.tenant);
  set(headers, names.version, event.version?.toString());
  set(headers, names.causationId, event.causationId);
  set(headers, names.correlationId, event.correlationId);
  set(headers, names.contentType, EVENT_CONTENT_TYPE);
  set(headers, names.traceparent, event.traceparent);
  set(headers, names.tracestate, event.tracestate);
  const oversized = oversizedHeader(headers);
  if (oversized !== undefined) {
    throw new PermanentFailure('ENVELOPE_TOO_LARGE', `Header ${oversized} is over its limit.`);
  }
  return headers;
}

/** An empty value is none. */
function set(headers: Record<string, string>, name: string, value: string | undefined): void {
  if (value !== undefined && value !== '') headers[name] = value;
}

/**
 * Decodes a message into its event.
 *
 * @throws PoisonMessage ENVELOPE_TOO_LARGE, ENVELOPE_UNREADABLE, ENVELOPE_INCOMPLETE, ENVELOPE_MISMATCH, or a code
 * of the codec.
 * @throws DependencyDown when a schema must be fetched and the registry does not answer.
 */
export async function fromWire(message: ReceivedMessage, codec: EventCodec): Promise<EventRecord> {
  return fromKnownWire(message, codec) ?? eventOf(message, await codec.decode(message.value));
}

/**
 * Decodes a message at once; undefined when its schema must be fetched, for which there is `fromWire`.
 * @throws PoisonMessage as `fromWire` does.
 */
export function fromKnownWire(
  message: ReceivedMessage,
  codec: EventCodec,
): EventRecord | undefined {
  const oversized = oversizedHeader(message.headers);
  if (oversized !== undefined) {
    throw new PoisonMessage('ENVELOPE_TOO_LARGE', `Header ${oversized} is over its limit.`);
  }
  const unreadable = headerWithZero(message);
  if (unreadable !== undefined) {
    throw new PoisonMessage('ENVELOPE_UNREADABLE', `${unreadable} holds a zero character.`);
  }
  const decoded = codec.decodeKnown(message.value);
  return decoded === undefined ? undefined : eventOf(message, decoded);
}

function eventOf({ key, headers }: ReceivedMessage, decoded: Decoded): EventRecord {
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
    key,
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
  const fields: { -readonly [Name in keyof EventRecord]?: EventRecord[Name] } = {};
  const subject = headers[names.subject];
  const causationId = headers[names.causationId];
  const correlationId = headers[names.correlationId];
  const traceparent = headers[names.traceparent];
  const tracestate = headers[names.tracestate];
  const version = headers[names.version];
  if (subject) fields.subject = subject;
  if (causationId) fields.causationId = causationId;
  if (correlationId) fields.correlationId = correlationId;
  if (traceparent) fields.traceparent = traceparent;
  if (tracestate) fields.tracestate = tracestate;
  if (version !== undefined) fields.version = parseVersion(version);
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
  for (const name in headers) {
    if (headers[name]?.includes('\0') === true) return `Header ${name.slice(0, 64)}`;
  }
  return undefined;
}

function oversizedHeader(headers: Readonly<Record<string, string>>): string | undefined {
  return areSmall(headers) ? undefined : firstOversized(headers);
}

/** True when the headers keep their limits even if every character takes the most bytes one can take. */
function areSmall(headers: Readonly<Record<string, string>>): boolean {
  let total = 0;
  for (const name in headers) {
    const size = headers[name]?.length ?? 0;
    if (size * characterBytesMax > HEADER_BYTES_MAX) return false;
    total += name.length + size;
  }
  return total * characterBytesMax <= HEADERS_BYTES_MAX;
}

function firstOversized(headers: Readonly<Record<string, string>>): string | undefined {
  let total = 0;
  for (const [name, value] of Object.entries(headers)) {
    const bytes = Buffer.byteLength(value);
    total += Buffer.byteLength(name) + bytes;
    if (bytes > HEADER_BYTES_MAX || total > HEADERS_BYTES_MAX) return name.slice(0, 64);
  }
  return undefined;
}

import type { EventMap, EventType } from '@sluice/contracts';

/** One event with its envelope, before it is encoded or after it is decoded. */
export interface EventRecord<T extends EventType = EventType> {
  /** Unique for ever: consumers drop a second event with the same id. At most 256 bytes. */
  readonly id: string;
  /** Full record name, as `ce_type` carries it. */
  readonly type: T;
  /** Service that made the event. */
  readonly source: string;
  /** The connected pair the event belongs to. */
  readonly tenant: string;
  /** Id of the aggregate and partition key: events of one key keep their order. */
  readonly key: string;
  /** What the event is about, when that is not the key. */
  readonly subject?: string;
  /** When it happened, in microseconds since 1970-01-01T00:00:00Z. */
  readonly time: bigint;
  /** The aggregate's version; grows by one with each event of the key. */
  readonly version?: bigint;
  /** Id of the event or command this one follows from. */
  readonly causationId?: string;
  /** What joins all events of one business case: the order id. */
  readonly correlationId?: string;
  /** W3C trace context in which the event was created. */
  readonly traceparent?: string;
  readonly tracestate?: string;
  readonly data: EventMap[T];
}

/** What a broker carries: opaque bytes and text headers. */
export interface WireMessage {
  readonly topic: string;
  readonly key: string;
  /** Confluent wire format, or null for a tombstone. */
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
}

/** A message as it was read, with its place in the log. */
export interface ReceivedMessage extends WireMessage {
  readonly partition: number;
  readonly offset: bigint;
  readonly timestampMs: bigint;
}

/** What a handler receives: the event, where it came from, and how often it was tried. */
export interface Delivery<T extends EventType = EventType> {
  readonly event: EventRecord<T>;
  readonly message: ReceivedMessage;
  /** Counts from 1 and goes on counting while the key is parked. */
  readonly attempt: number;
}

import type { EventRecord } from '@sluice/messaging';

/** One message of a topic as the projection keeps it. */
export interface Hop {
  readonly tenant: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly eventId: string;
  readonly type: string;
  readonly source: string;
  readonly key: string;
  readonly links: readonly string[];
  /** In microseconds. */
  readonly happenedAt: bigint;
  readonly publishedAtMs: bigint;
  readonly causationId: string | null;
  readonly traceId: string | null;
  /** Readable data; null when it could not be read. */
  readonly data: unknown;
  readonly fault: string | null;
  /** The decoded event; undefined when it could not be read. */
  readonly event: EventRecord | undefined;
}

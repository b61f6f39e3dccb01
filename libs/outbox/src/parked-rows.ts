import type { ReceivedMessage } from '@sluice/messaging';

/** One waiting event as it is stored. */
export interface EventRow {
  readonly seq: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly timestamp_ms: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: Buffer | null;
}

/** The message as it was received. */
export function messageOf(key: string, row: EventRow): ReceivedMessage {
  return {
    topic: row.topic,
    key,
    value: row.payload,
    headers: row.headers,
    partition: row.partition,
    offset: BigInt(row.offset),
    timestampMs: BigInt(row.timestamp_ms),
  };
}

/** The values of a message for its row, from the topic on. */
export function storedValues(message: ReceivedMessage, now: Date): readonly unknown[] {
  return [
    message.topic,
    message.partition,
    message.offset.toString(),
    message.timestampMs.toString(),
    storableJson(message.headers),
    message.value,
    now,
  ];
}

/** Postgres refuses zero characters in a text, also in JSON; what arrived with one must be kept all the same. */
function storableJson(headers: Readonly<Record<string, string>>): string {
  return JSON.stringify(headers, (_, value: string) =>
    typeof value === 'string' ? value.replaceAll('\0', '\uFFFD') : value,
  );
}

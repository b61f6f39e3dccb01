import type { ReceivedMessage, WireMessage } from './event-record.ts';
import { deadLetterHeaders as names, HEADER_BYTES_MAX, HEADERS_BYTES_MAX } from './headers.ts';
import type { ParkedCause } from './parking-store.ts';

/** What the dead letter says about the failure. */
export interface DeadLetterReason {
  readonly group: string;
  readonly cause: ParkedCause;
  /** Name of the error's class. */
  readonly errorName: string;
  readonly attempts: number;
}

/** Topic of the dead letters of one group. */
export function deadLetterTopic(topic: string, group: string): string {
  return `${topic}.${group}.dlt`;
}

/** The message as a dead letter: raw bytes, its own headers within the limits, and where it came from. */
export function toDeadLetter(message: ReceivedMessage, reason: DeadLetterReason): WireMessage {
  return {
    topic: deadLetterTopic(message.topic, reason.group),
    key: message.key,
    value: message.value,
    headers: {
      ...withinLimits(message.headers),
      [names.originalTopic]: message.topic,
      [names.originalPartition]: String(message.partition),
      [names.originalOffset]: message.offset.toString(),
      [names.originalTimestamp]: message.timestampMs.toString(),
      [names.originalConsumerGroup]: reason.group,
      [names.exceptionFqcn]: reason.errorName,
      [names.exceptionMessage]: reason.cause.message,
      [names.failureCode]: reason.cause.code,
      [names.attempts]: String(reason.attempts),
    },
  };
}

/** The dead letter without the value, whose size it names; the original can be read where its headers say. */
export function withoutValue(letter: WireMessage): WireMessage {
  const bytes = String(letter.value?.length ?? 0);
  return { ...letter, value: null, headers: { ...letter.headers, [names.valueLeftOut]: bytes } };
}

function withinLimits(headers: Readonly<Record<string, string>>): Record<string, string> {
  const kept: Record<string, string> = {};
  let total = 0;
  for (const [name, value] of Object.entries(headers)) {
    const cut = value.length > HEADER_BYTES_MAX ? value.slice(0, HEADER_BYTES_MAX) : value;
    total += Buffer.byteLength(name) + Buffer.byteLength(cut);
    if (total > HEADERS_BYTES_MAX) break;
    kept[name] = cut;
  }
  return kept;
}

import type { PartitionOffset } from './broker.ts';
import type { ReceivedMessage } from './event-record.ts';
import { deadLetterHeaders as names } from './headers.ts';
import type { RedriveLetter } from './operator-acts.ts';
import { orderingKey } from './work-item.ts';

const ownHeaders: ReadonlySet<string> = new Set(Object.values(names));

/**
 * The message that a dead letter was, with its original place and headers.
 *
 * Undefined when the letter is another group's, does not say where it came from, or its value was left out.
 */
export function originOf(letter: ReceivedMessage, consumer: string): RedriveLetter | undefined {
  const { headers } = letter;
  const topic = headers[names.originalTopic];
  const partition = numberOf(headers[names.originalPartition]);
  const offset = numberOf(headers[names.originalOffset]);
  const isOurs = headers[names.originalConsumerGroup] === consumer;
  if (!isOurs || topic === undefined || partition === undefined || offset === undefined) {
    return undefined;
  }
  if (headers[names.valueLeftOut] !== undefined) return undefined;
  const original = {
    topic,
    key: letter.key,
    value: letter.value,
    headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !ownHeaders.has(name))),
    partition: Number(partition),
    offset,
    timestampMs: numberOf(headers[names.originalTimestamp]) ?? letter.timestampMs,
  };
  const place = { topic: letter.topic, partition: letter.partition, offset: letter.offset };
  return { original, key: orderingKey(original), letters: [place] };
}

/** One entry for each message, in the order of its place, with all its dead letters. */
export function joinOrigins(origins: readonly RedriveLetter[]): readonly RedriveLetter[] {
  const joined = new Map<string, RedriveLetter>();
  for (const origin of origins) {
    const name = placeName(origin.original);
    const letters = [...(joined.get(name)?.letters ?? []), ...origin.letters];
    joined.set(name, { ...origin, letters });
  }
  return [...joined.values()].toSorted(byPlace);
}

/** The messages that come before the head of their key, and those that do not; both keep their order. */
export function splitAtHead(
  letters: readonly RedriveLetter[],
  head: PartitionOffset | undefined,
): { readonly before: readonly RedriveLetter[]; readonly behind: readonly RedriveLetter[] } {
  const isBefore = ({ original }: RedriveLetter): boolean =>
    original.topic === head?.topic &&
    original.partition === head.partition &&
    original.offset < head.offset;
  return {
    before: letters.filter(isBefore),
    behind: letters.filter((letter) => !isBefore(letter)),
  };
}

/** Names a place in a log. */
export function placeName({ topic, partition, offset }: PartitionOffset): string {
  return `${topic}/${partition}/${offset}`;
}

function byPlace({ original: one }: RedriveLetter, { original: other }: RedriveLetter): number {
  if (one.topic !== other.topic) return one.topic < other.topic ? -1 : 1;
  if (one.partition !== other.partition) return one.partition - other.partition;
  return Number(one.offset - other.offset);
}

function numberOf(text: string | undefined): bigint | undefined {
  return text !== undefined && /^\d{1,18}$/.test(text) ? BigInt(text) : undefined;
}

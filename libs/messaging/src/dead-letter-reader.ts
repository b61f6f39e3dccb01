import { newId } from '@sluice/clock';
import type { Broker, BrokerListener, FetchedBatch } from './broker.ts';
import type { ReceivedMessage } from './event-record.ts';
import { parkingErrors } from './parking-errors.ts';
import { pause } from './retry-delay.ts';

/** Which dead letters to read, and the bounds of reading. */
export interface DeadLetterQuery {
  /** The dead letter topic. */
  readonly topic: string;
  readonly matches: (letter: ReceivedMessage) => boolean;
  /** @default 10_000 */
  readonly lettersMax?: number;
  /** Bytes of the values kept. @default 33_554_432 */
  readonly bytesMax?: number;
  /** Bound of the whole reading. @default 30_000 */
  readonly timeoutMs?: number;
  /** The topic counts as read to its end when nothing came for so long. @default 2_000 */
  readonly quietMs?: number;
}

/** What was found, in the order of each partition. */
export interface DeadLetterPage {
  readonly letters: readonly ReceivedMessage[];
  /** True when a bound was reached before the end of the topic. */
  readonly isCut: boolean;
}

/**
 * Reads a dead letter topic from its beginning, in a group of its own that commits nothing.
 *
 * @throws TransientFailure DEAD_LETTERS_UNREADABLE when the topic is missing or nothing is assigned in time.
 */
export async function readDeadLetters(
  broker: Broker,
  query: DeadLetterQuery,
): Promise<DeadLetterPage> {
  const { topic, timeoutMs = 30_000, quietMs = 2_000 } = query;
  const counts = await broker.partitionCounts([topic]);
  if (!counts.has(topic)) throw parkingErrors.failure('DEAD_LETTERS_UNREADABLE');
  const intake = new Intake(query);
  const consumer = broker.createConsumer({
    group: `${topic}.redrive-${newId().toLowerCase()}`,
    topics: [topic],
    listener: intake,
  });
  const endMs = performance.now() + timeoutMs;
  const never = new AbortController().signal;
  try {
    await consumer.start();
    while (performance.now() < endMs && !intake.isFull && !intake.isQuietFor(quietMs)) {
      await pause(20, never);
    }
  } finally {
    await consumer.stop();
  }
  if (!intake.isAssigned) throw parkingErrors.failure('DEAD_LETTERS_UNREADABLE');
  return { letters: intake.letters, isCut: intake.isFull || !intake.isQuietFor(quietMs) };
}

class Intake implements BrokerListener {
  readonly #matches: DeadLetterQuery['matches'];
  readonly #lettersMax: number;
  readonly #bytesMax: number;
  readonly #behind = new Map<number, bigint>();
  readonly letters: ReceivedMessage[] = [];
  #bytes = 0;
  #lastMs = performance.now();
  isAssigned = false;

  constructor({ matches, lettersMax = 10_000, bytesMax = 33_554_432 }: DeadLetterQuery) {
    this.#matches = matches;
    this.#lettersMax = lettersMax;
    this.#bytesMax = bytesMax;
  }

  get isFull(): boolean {
    return this.letters.length >= this.#lettersMax || this.#bytes >= this.#bytesMax;
  }

  isQuietFor(quietMs: number): boolean {
    const isAtEnd = [...this.#behind.values()].every((behind) => behind <= 0n);
    return this.isAssigned && isAtEnd && performance.now() - this.#lastMs > quietMs;
  }

  assigned(): void {
    this.isAssigned = true;
    this.#lastMs = performance.now();
  }

  revoked(): Promise<void> {
    return Promise.resolve();
  }

  received({ partition, messages, highWatermark }: FetchedBatch): Promise<void> {
    this.#lastMs = performance.now();
    const last = messages.at(-1);
    if (last !== undefined) this.#behind.set(partition, highWatermark - last.offset - 1n);
    for (const message of messages) {
      if (this.isFull || !this.#matches(message)) continue;
      this.letters.push(message);
      this.#bytes += message.value?.length ?? 0;
    }
    return Promise.resolve();
  }
}

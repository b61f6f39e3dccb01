import { Logger } from '@nestjs/common';
import { DependencyDown, PermanentFailure } from '@sluice/failure';
import { jitteredDelayMs, partitionOf, pause, withSendSpan } from '@sluice/messaging';
import type { WireMessage } from '@sluice/messaging';
import type { Producer, ProducerBatch, RecordMetadata } from 'kafkajs';
import { GroupedMessages } from './grouped-messages.ts';
import { toFailure } from './kafka-failure.ts';

/** Limits of one lane. */
export interface LaneLimits {
  /** Most messages of one request. @default 1_000 */
  readonly batchMax: number;
  /** Most bytes of one request, one message excepted. @default 900_000 */
  readonly batchBytesMax: number;
  /** How long a request is tried before its callers are told. @default 30_000 */
  readonly budgetMs: number;
  /** Broker's own bound for the acknowledgement of all replicas. @default 10_000 */
  readonly ackTimeoutMs: number;
}

/** The part of a kafkajs producer that a lane uses. */
export type LaneProducer = Pick<Producer, 'connect' | 'disconnect' | 'sendBatch'>;

interface Waiting {
  readonly messages: readonly WireMessage[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

interface Placed {
  readonly message: WireMessage;
  readonly partition: number;
  readonly bytes: number;
}

const resendDelay = { delayMs: 50, delayMsMax: 2_000 };

/**
 * One producer with exactly one request outstanding, retries included.
 *
 * kafkajs resolves although a partition was never sent (its leader moved during a retry), so every partition must
 * be in the reply, and missing ones are sent again. After a rejected request the producer is thrown away: its
 * state can no longer be trusted. Callers that wait meanwhile share the next request.
 */
export class ProducerLane {
  readonly #makeProducer: () => LaneProducer;
  readonly #countOf: (topic: string) => Promise<number>;
  readonly #limits: LaneLimits;
  readonly #stopping = new AbortController();
  readonly #log = new Logger('ProducerLane');
  #waiting: Waiting[] = [];
  #producer: Promise<LaneProducer> | undefined;
  #working: Promise<void> | undefined;

  constructor(options: {
    readonly makeProducer: () => LaneProducer;
    readonly countOf: (topic: string) => Promise<number>;
    readonly limits: LaneLimits;
  }) {
    this.#makeProducer = options.makeProducer;
    this.#countOf = options.countOf;
    this.#limits = options.limits;
  }

  /** Resolves when every message is acknowledged by all in-sync replicas. */
  send(messages: readonly WireMessage[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ messages, resolve, reject });
      this.#working ??= this.#work();
    });
  }

  /** Lets the requests that wait go out, within their budget, then disconnects. */
  async close(): Promise<void> {
    await this.#working;
    this.#stopping.abort();
    await this.#discardProducer();
  }

  async #work(): Promise<void> {
    // Callers of the same turn of the event loop share a request.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#waiting.length > 0) await this.#sendTogether(this.#takeBatch());
    this.#working = undefined;
  }

  #takeBatch(): readonly Waiting[] {
    let count = 0;
    let bytes = 0;
    let taken = 0;
    for (const { messages } of this.#waiting) {
      count += messages.length;
      for (const message of messages) bytes += sizeOf(message);
      const isFull = count > this.#limits.batchMax || bytes > this.#limits.batchBytesMax;
      if (isFull && taken > 0) break;
      taken += 1;
    }
    return this.#waiting.splice(0, taken);
  }

  async #sendTogether(callers: readonly Waiting[]): Promise<void> {
    try {
      await this.#sendAll(callers.flatMap(({ messages }) => messages));
      for (const { resolve } of callers) resolve();
    } catch (error) {
      const isSplit = error instanceof PermanentFailure && callers.length > 1;
      // One caller's message is refused: the others must not suffer for it.
      if (isSplit) for (const caller of callers) await this.#sendTogether([caller]);
      else for (const { reject } of callers) reject(error);
    }
  }

  /** One request after the other, each within the limits, so that the broker takes every one. */
  async #sendAll(messages: readonly WireMessage[]): Promise<void> {
    const placed = await this.#place(messages);
    for (let at = 0; at < placed.length;) {
      const count = this.#countOfRequest(placed, at);
      await this.#sendRequest(placed.slice(at, at + count));
      at += count;
    }
  }

  #countOfRequest(placed: readonly Placed[], from: number): number {
    const { batchMax, batchBytesMax } = this.#limits;
    let bytes = 0;
    let count = 0;
    while (from + count < placed.length && count < batchMax) {
      bytes += placed[from + count]?.bytes ?? 0;
      if (bytes > batchBytesMax && count > 0) break;
      count += 1;
    }
    return count;
  }

  async #sendRequest(placed: readonly Placed[]): Promise<void> {
    const endMs = performance.now() + this.#limits.budgetMs;
    let left = placed;
    for (let attempt = 1; left.length > 0; attempt += 1) {
      const before = left.length;
      try {
        left = await this.#sendOnce(left);
        if (left.length > 0) this.#log.warn(`${left.length} of ${before} were not acknowledged`);
      } catch (error) {
        await this.#discardProducer();
        const failure = toFailure(error);
        if (failure instanceof PermanentFailure) throw failure;
        if (performance.now() >= endMs || this.#stopping.signal.aborted) throw failure;
      }
      if (left.length === 0) return;
      if (performance.now() >= endMs) {
        throw new DependencyDown('kafka', 'Kafka did not acknowledge every partition in time.');
      }
      await pause(jitteredDelayMs(attempt, resendDelay), this.#stopping.signal);
    }
  }

  async #place(messages: readonly WireMessage[]): Promise<readonly Placed[]> {
    const counts = new Map<string, number>();
    for (const { topic } of messages) {
      if (!counts.has(topic)) counts.set(topic, await this.#countOf(topic));
    }
    return messages.map((message) => {
      const count = counts.get(message.topic) ?? 1;
      return { message, partition: partitionOf(message.key, count), bytes: sizeOf(message) };
    });
  }

  /** What the reply does not name as written. */
  async #sendOnce(placed: readonly Placed[]): Promise<readonly Placed[]> {
    const producer = await this.#connected();
    const reply = await withSendSpan(
      placed.map(({ message }) => message),
      () => producer.sendBatch(toBatch(placed, this.#limits.ackTimeoutMs)),
    );
    const written = new Set(reply.filter(isWritten).map(placeName));
    return placed.filter(({ message, partition }) => !written.has(`${message.topic}/${partition}`));
  }

  #connected(): Promise<LaneProducer> {
    this.#producer ??= (async () => {
      const producer = this.#makeProducer();
      try {
        await producer.connect();
      } catch (error) {
        await producer.disconnect().catch(() => undefined);
        throw error;
      }
      return producer;
    })();
    return this.#producer;
  }

  async #discardProducer(): Promise<void> {
    const old = this.#producer;
    this.#producer = undefined;
    // It may hang on the very broker that failed, so nobody waits for it beyond a moment.
    const gone = old?.then((producer) => producer.disconnect()).catch(() => undefined);
    if (gone !== undefined) await Promise.race([gone, pause(1_000, this.#stopping.signal)]);
  }
}

/** Bytes of a message on the wire, roughly. */
export function sizeOf({ value, key, headers }: WireMessage): number {
  let bytes = (value?.length ?? 0) + Buffer.byteLength(key) + 70;
  for (const name in headers) bytes += name.length + (headers[name]?.length ?? 0) + 4;
  return bytes;
}

function toBatch(placed: readonly Placed[], ackTimeoutMs: number): ProducerBatch {
  const byTopic = new Map<string, GroupedMessages>();
  for (const { message, partition } of placed) {
    const { topic, key, value, headers } = message;
    const messages = byTopic.get(topic) ?? new GroupedMessages();
    if (messages.length === 0) byTopic.set(topic, messages);
    messages.push({ key: key === '' ? null : key, value, headers, partition });
  }
  const topicMessages = [...byTopic].map(([topic, messages]) => ({ topic, messages }));
  return { acks: -1, timeout: ackTimeoutMs, topicMessages };
}

function isWritten({ errorCode }: RecordMetadata): boolean {
  return errorCode === 0;
}

function placeName({ topicName, partition }: RecordMetadata): string {
  return `${topicName}/${partition}`;
}

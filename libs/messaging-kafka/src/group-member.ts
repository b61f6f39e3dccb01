import type {
  BrokerListener,
  PartitionOffset,
  ReceivedMessage,
  TopicPartition,
} from '@sluice/messaging';
import { pause } from '@sluice/messaging';
import type { Consumer, ConsumerGroupJoinEvent, EachBatchPayload, IHeaders, Kafka } from 'kafkajs';
import { JoinGate } from './join-gate.ts';
import type { KafkaSettings } from './kafka-settings.ts';

interface MemberOptions {
  readonly kafka: Kafka;
  readonly settings: KafkaSettings;
  readonly group: string;
  readonly topics: readonly string[];
  readonly listener: BrokerListener;
}

const defaultFetchWaitMsMax = 500;
const leaveTimeoutMs = 5_000;

/** A group waits so long for a member that died with its broker; must stay above the drain bound. */
const sessionTimeoutMs = 8_000;
const rebalanceTimeoutMs = 30_000;
const heartbeatIntervalMs = 2_500;

/**
 * One life of a kafkajs consumer.
 *
 * Batches are handed over and resolved at once, and fetching waits for room a moment at most; nothing is thrown into
 * kafkajs. Its life ends when it crashes, when it is ended, or when kafkajs joins without having told of a
 * rebalance: other fetches may then be under way with offsets of the old assignment, and resolving one of them would
 * skip messages.
 */
export class GroupMember {
  readonly #options: MemberOptions;
  readonly #onJoined: () => void;
  readonly #consumer: Consumer;
  readonly #gate = new JoinGate();
  readonly #ended = Promise.withResolvers<string>();
  #isOver = false;
  #isJoinExpected = true;
  isJoined = false;
  lastProgressAtMs = Date.now();

  constructor(options: MemberOptions, onJoined: () => void) {
    this.#options = options;
    this.#onJoined = onJoined;
    this.#consumer = options.kafka.consumer({
      groupId: options.group,
      allowAutoTopicCreation: false,
      partitionAssigners: [this.#gate.assigner()],
      maxWaitTimeInMs: options.settings.fetchWaitMsMax ?? defaultFetchWaitMsMax,
      sessionTimeout: sessionTimeoutMs,
      rebalanceTimeout: rebalanceTimeoutMs,
      heartbeatInterval: heartbeatIntervalMs,
      maxBytesPerPartition: 262_144,
      maxBytes: 10_485_760,
      retry: { retries: 3, restartOnFailure: () => Promise.resolve(false) },
    });
  }

  /** Joins and consumes; resolves with the reason when this life is over. */
  async run(): Promise<string> {
    this.#listen();
    try {
      await this.#consumer.connect();
      await this.#consumer.subscribe({ topics: [...this.#options.topics], fromBeginning: true });
      await this.#consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        eachBatch: (payload) => this.#handOver(payload),
      });
    } catch (error) {
      this.#finish(error instanceof Error ? error.message : String(error));
    }
    const reason = await this.#ended.promise;
    await this.#leave();
    return reason;
  }

  /** Leaves the group; resolves when it has left or the bound is over. */
  async end(reason = 'stopped'): Promise<void> {
    this.#finish(reason);
    await this.#leave();
  }

  pause(partitions: readonly TopicPartition[]): void {
    this.#whileAlive(() => this.#consumer.pause(byTopic(partitions)));
  }

  resume(partitions: readonly TopicPartition[]): void {
    this.#whileAlive(() => this.#consumer.resume(byTopic(partitions)));
  }

  async commit(offsets: readonly PartitionOffset[]): Promise<void> {
    const texts = offsets.map((place) => ({ ...place, offset: place.offset.toString() }));
    await this.#gate.pass(() => this.#consumer.commitOffsets(texts));
  }

  /** A consumer that crashes refuses every call before it tells of the crash; its pauses end with it. */
  #whileAlive(act: () => void): void {
    if (this.#isOver) return;
    try {
      act();
    } catch (error) {
      this.#finish(error instanceof Error ? error.message : String(error));
    }
  }

  #listen(): void {
    const { events } = this.#consumer;
    const progress = (): void => {
      this.lastProgressAtMs = Date.now();
    };
    this.#consumer.on(events.FETCH, progress);
    this.#consumer.on(events.HEARTBEAT, progress);
    this.#consumer.on(events.REBALANCING, () => {
      this.#isJoinExpected = true;
      this.isJoined = false;
      this.#gate.holdUntil(this.#options.listener.revoked());
    });
    this.#consumer.on(events.GROUP_JOIN, (event) => this.#joined(event));
    this.#consumer.on(events.CRASH, ({ payload }) => this.#finish(payload.error.message));
  }

  #joined({ payload }: ConsumerGroupJoinEvent): void {
    if (this.#isOver) return;
    if (!this.#isJoinExpected) return this.#finish('joined without a rebalance');
    this.#isJoinExpected = false;
    this.isJoined = true;
    this.lastProgressAtMs = Date.now();
    const partitions = Object.entries(payload.memberAssignment).flatMap(([topic, numbers]) =>
      numbers.map((partition) => ({ topic, partition })),
    );
    this.#options.listener.assigned(partitions);
    this.#onJoined();
  }

  async #handOver(payload: EachBatchPayload): Promise<void> {
    const { batch } = payload;
    const last = batch.messages.at(-1);
    if (this.#isOver || !this.isJoined || last === undefined) return;
    const { topic, partition } = batch;
    const messages = batch.messages.map((message): ReceivedMessage => ({
      topic,
      partition,
      key: message.key?.toString() ?? '',
      value: message.value,
      headers: textHeaders(message.headers),
      offset: BigInt(message.offset),
      timestampMs: BigInt(message.timestamp),
    }));
    const highWatermark = BigInt(batch.highWatermark);
    payload.resolveOffset(last.offset);
    await this.#options.listener.received({ topic, partition, messages, highWatermark });
  }

  #finish(reason: string): void {
    this.#isOver = true;
    this.isJoined = false;
    this.#ended.resolve(reason);
  }

  async #leave(): Promise<void> {
    const timeout = new AbortController();
    const left = this.#consumer.disconnect().catch(() => undefined);
    await Promise.race([left, pause(leaveTimeoutMs, timeout.signal)]);
    timeout.abort();
  }
}

function byTopic(partitions: readonly TopicPartition[]): { topic: string; partitions: number[] }[] {
  const numbers = new Map<string, number[]>();
  for (const { topic, partition } of partitions) {
    numbers.set(topic, [...(numbers.get(topic) ?? []), partition]);
  }
  return [...numbers].map(([topic, own]) => ({ topic, partitions: own }));
}

/** Our own reading of records gives texts already, unless a header is repeated or has no value. */
function textHeaders(headers: IHeaders | undefined = {}): Readonly<Record<string, string>> {
  if (areTexts(headers)) return headers;
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    const first = Array.isArray(value) ? value[0] : value;
    // A header may be null, although the types of kafkajs do not say so.
    texts[name] = (first as Buffer | string | null | undefined)?.toString() ?? '';
  }
  return texts;
}

function areTexts(headers: IHeaders): headers is Record<string, string> {
  for (const name in headers) if (typeof headers[name] !== 'string') return false;
  return true;
}

import type {
  Broker,
  BrokerConsumer,
  BrokerConsumerState,
  BrokerListener,
  PartitionBacklog,
  PartitionOffset,
  TopicPartition,
} from '../broker.ts';
import type { ReceivedMessage, WireMessage } from '../event-record.ts';
import { partitionOf } from '../partitioner.ts';
import { Publisher } from '../publisher.ts';
import { InMemoryGroup } from './in-memory-group.ts';

/**
 * A broker in this process: topics with partitions, groups that rebalance, committed offsets, redelivery.
 *
 * It passes the same suite as Kafka. `refusePublishing` makes it fail.
 */
export class InMemoryBroker extends Publisher implements Broker {
  readonly #topics = new Map<string, ReceivedMessage[][]>();
  readonly #groups = new Map<string, InMemoryGroup>();
  readonly #fetchMax: number;
  #publishFault: Error | undefined;
  #valueLimit: { readonly bytesMax: number; readonly fault: Error } | undefined;

  /** `fetchMax`: most messages of one fetch. */
  constructor(options: { readonly fetchMax?: number } = {}) {
    super();
    this.#fetchMax = options.fetchMax ?? 100;
  }

  createTopic(name: string, partitionCount = 6): void {
    if (this.#topics.has(name)) return;
    this.#topics.set(
      name,
      Array.from({ length: partitionCount }, () => []),
    );
  }

  /** Every publish rejects with this error until it is called with undefined. */
  refusePublishing(fault: Error | undefined): void {
    this.#publishFault = fault;
  }

  override async publish(messages: readonly WireMessage[]): Promise<void> {
    await Promise.resolve();
    if (this.#publishFault !== undefined) throw this.#publishFault;
    const { bytesMax, fault } = this.#valueLimit ?? {};
    const isOversized = messages.some(({ value }) => (value?.length ?? 0) > (bytesMax ?? Infinity));
    if (fault !== undefined && isOversized) throw fault;
    for (const message of messages) this.append(message);
    this.wake();
  }

  /** A publish with a value over the limit rejects with this error from now on. */
  refuseValuesOver(bytesMax: number, fault: Error): void {
    this.#valueLimit = { bytesMax, fault };
  }

  /** The next commits, so many of every group, are rejected. */
  refuseCommits(count: number): void {
    for (const group of this.#groups.values()) group.commitsRefused = count;
  }

  /** Lets every group fetch, after an `append`. */
  wake(): void {
    for (const group of this.#groups.values()) group.wake();
  }

  /** Writes one message, into a partition of choice when given. */
  append(
    message: WireMessage & { readonly timestampMs?: bigint },
    partition?: number,
  ): ReceivedMessage {
    const logs = this.#topics.get(message.topic);
    if (logs === undefined) throw new Error(`Topic ${message.topic} does not exist.`);
    const at = partition ?? partitionOf(message.key, logs.length);
    const log = logs[at];
    if (log === undefined) throw new Error(`Topic ${message.topic} has no partition ${at}.`);
    const received = {
      ...message,
      partition: at,
      offset: BigInt(log.length),
      timestampMs: message.timestampMs ?? BigInt(Date.now()),
    };
    log.push(received);
    return received;
  }

  /** Writes messages as a foreign producer would, and lets every group fetch. */
  write(messages: readonly (WireMessage & { readonly timestampMs?: bigint })[]): void {
    for (const message of messages) this.append(message);
    this.wake();
  }

  /** All messages of a topic, partition by partition. */
  messagesOf(topic: string): readonly ReceivedMessage[] {
    return (this.#topics.get(topic) ?? []).flat();
  }

  /** What a group has committed; 0 where it has not. */
  committedOf(group: string, place: TopicPartition): bigint {
    return this.#groups.get(group)?.committedOf(place) ?? 0n;
  }

  partitionCounts(topics: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const counts = new Map<string, number>();
    for (const topic of topics) {
      const logs = this.#topics.get(topic);
      if (logs !== undefined) counts.set(topic, logs.length);
    }
    return Promise.resolve(counts);
  }

  createConsumer(options: {
    readonly group: string;
    readonly topics: readonly string[];
    readonly listener: BrokerListener;
  }): BrokerConsumer {
    let group = this.#groups.get(options.group);
    if (group === undefined) {
      group = new InMemoryGroup((topic) => this.#topics.get(topic) ?? [], this.#fetchMax);
      this.#groups.set(options.group, group);
    }
    return new InMemoryConsumer(group, options.topics, options.listener);
  }

  override close(): Promise<void> {
    return Promise.resolve();
  }
}

class InMemoryConsumer implements BrokerConsumer {
  readonly #group: InMemoryGroup;
  readonly topics: readonly string[];
  readonly listener: BrokerListener;
  #isJoined = false;

  constructor(group: InMemoryGroup, topics: readonly string[], listener: BrokerListener) {
    this.#group = group;
    this.topics = topics;
    this.listener = listener;
  }

  async start(): Promise<void> {
    await this.#group.join(this);
    this.#isJoined = true;
  }

  async stop(): Promise<void> {
    this.#isJoined = false;
    await this.#group.leave(this);
  }

  pause(partitions: readonly TopicPartition[]): void {
    this.#group.pause(this, partitions);
  }

  resume(partitions: readonly TopicPartition[]): void {
    this.#group.resume(this, partitions);
  }

  commit(offsets: readonly PartitionOffset[]): Promise<void> {
    return this.#group.commit(this, offsets);
  }

  backlog(partitions: readonly TopicPartition[]): Promise<readonly PartitionBacklog[]> {
    return Promise.resolve(partitions.map((place) => this.#group.backlogOf(place)));
  }

  state(): BrokerConsumerState {
    return { isJoined: this.#isJoined, lastProgressAtMs: Date.now() };
  }
}

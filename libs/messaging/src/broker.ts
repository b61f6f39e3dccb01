import type { ReceivedMessage } from './event-record.ts';

/** One partition of one topic. */
export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** The next offset to read of a partition: all before it is done. */
export interface PartitionOffset extends TopicPartition {
  readonly offset: bigint;
}

/** How far a group has to go in one partition. */
export interface PartitionBacklog extends TopicPartition {
  /** Where the group reads next: what it has committed, or the oldest message there is. */
  readonly next: bigint;
  /** The end of the log. */
  readonly end: bigint;
}

/** Messages of one partition in offset order, and where its log ended when they were fetched. */
export interface FetchedBatch extends TopicPartition {
  readonly messages: readonly ReceivedMessage[];
  readonly highWatermark: bigint;
}

/** What a broker consumer calls. None of it throws or rejects. */
export interface BrokerListener {
  /** The group has settled: exactly these partitions are ours, read from their committed offsets. */
  assigned(partitions: readonly TopicPartition[]): void;
  /**
   * The group changes: all partitions are about to be taken away. Resolves when nothing is in work or the drain
   * bound is over; the broker joins only then.
   */
  revoked(): Promise<void>;
  /** Takes the batch at once. Resolves when there is room for the next one, within a second. */
  received(batch: FetchedBatch): Promise<void>;
}

/** What can be seen of a broker consumer. */
export interface BrokerConsumerState {
  readonly isJoined: boolean;
  /** When it last fetched or heart-beat, by the wall clock. */
  readonly lastProgressAtMs: number;
  /** Why it is not joined, in one sentence. */
  readonly trouble?: string;
}

/** One member of one consumer group. */
export interface BrokerConsumer {
  /** Resolves when the member has joined its group. */
  start(): Promise<void>;
  /** Leaves the group; call after the drain and the last commit. */
  stop(): Promise<void>;
  pause(partitions: readonly TopicPartition[]): void;
  resume(partitions: readonly TopicPartition[]): void;
  /** Stores low-water offsets. May reject while the group changes; the caller tries again later. */
  commit(offsets: readonly PartitionOffset[]): Promise<void>;
  /** Asks the broker how far the group has to go; for partitions of which nothing can be fetched at the moment. */
  backlog(partitions: readonly TopicPartition[]): Promise<readonly PartitionBacklog[]>;
  state(): BrokerConsumerState;
}

/** A message broker as the consumers see it; Kafka and the in-memory one pass the same suite. */
export interface Broker {
  /** Partition counts of the topics that exist; a missing topic is missing from the map. */
  partitionCounts(topics: readonly string[]): Promise<ReadonlyMap<string, number>>;
  createConsumer(options: {
    readonly group: string;
    readonly topics: readonly string[];
    readonly listener: BrokerListener;
  }): BrokerConsumer;
  /** Releases shared connections after every consumer has stopped. */
  close(): Promise<void>;
}

import type { PartitionBacklog, TopicPartition } from './broker.ts';
import { OffsetTracker } from './offset-tracker.ts';

/** One partition during one assignment; a later assignment of the same partition is another object. */
export class AssignedPartition implements TopicPartition {
  readonly topic: string;
  readonly partition: number;
  readonly tracker = new OffsetTracker();
  /** False once the group has changed: results that come later count for nothing. */
  isCurrent = true;
  /** Fetching stands still because one old message holds the low water back. */
  isPausedForSpan = false;
  highWatermark = 0n;
  /** Where the group goes on; unknown until the broker was asked or something was fetched. */
  #next: bigint | undefined;
  committed: bigint | undefined;
  /** Admits the fetched batches one after the other. */
  intake: Promise<void> = Promise.resolve();

  constructor({ topic, partition }: TopicPartition) {
    this.topic = topic;
    this.partition = partition;
  }

  /** Nothing has told yet how far the end of the log is. */
  get isUnknown(): boolean {
    return this.#next === undefined && this.tracker.lowWater() === undefined;
  }

  /** Messages are there, and none was ever fetched. */
  get isWaitingForFirstFetch(): boolean {
    return this.tracker.lowWater() === undefined && this.lag() > 0n;
  }

  /** Takes the broker's word for a partition of which nothing can be fetched. */
  learn({ next, end }: PartitionBacklog): void {
    this.#next = next;
    if (end > this.highWatermark) this.highWatermark = end;
  }

  /** Messages between the low water and the end of the log, as far as the last fetch or question knew it. */
  lag(): bigint {
    const lowWater = this.tracker.lowWater() ?? this.#next;
    return lowWater === undefined || lowWater > this.highWatermark
      ? 0n
      : this.highWatermark - lowWater;
  }
}

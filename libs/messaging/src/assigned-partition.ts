import type { TopicPartition } from './broker.ts';
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
  committed: bigint | undefined;
  /** Admits the fetched batches one after the other. */
  intake: Promise<void> = Promise.resolve();

  constructor({ topic, partition }: TopicPartition) {
    this.topic = topic;
    this.partition = partition;
  }

  /** Messages between the low water and the end of the log, as far as the last fetch knew it. */
  lag(): bigint {
    const lowWater = this.tracker.lowWater();
    return lowWater === undefined || lowWater > this.highWatermark
      ? 0n
      : this.highWatermark - lowWater;
  }
}

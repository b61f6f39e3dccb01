import { AssignedPartition } from './assigned-partition.ts';
import type { BrokerConsumer, FetchedBatch, TopicPartition } from './broker.ts';
import type { ConsumerLimits } from './consumer-limits.ts';
import type { PartitionStatus } from './group-status.ts';
import { pause } from './retry-delay.ts';
import { Throughput } from './throughput.ts';
import { bytesOf } from './work-item.ts';
import type { AdmittedMessage } from './work-item.ts';

/**
 * The partitions that are ours until the group changes: what is in memory, what is done, what may be committed.
 *
 * Past the memory budget the broker is asked to wait for room, which is half of it. Only when that takes long is
 * fetching paused: a paused kafkajs sleeps for its whole fetch wait before it looks again.
 */
export class Assignment {
  readonly #consumer: BrokerConsumer;
  readonly #limits: ConsumerLimits;
  #partitions = new Map<string, AssignedPartition>();
  #isStandingStill = false;
  #isPausedForBudget = false;
  #roomWaiters: (() => void)[] = [];
  #committing: Promise<void> = Promise.resolve();
  readonly throughput = new Throughput();
  records = 0;
  bytes = 0;
  isOverBudget = false;

  constructor(consumer: BrokerConsumer, limits: ConsumerLimits) {
    this.#consumer = consumer;
    this.#limits = limits;
  }

  /** Changes with every assignment: tells an old one from the present one. */
  get generation(): object {
    return this.#partitions;
  }

  /** Replaces the old assignment; its late results count for nothing. */
  replace(places: readonly TopicPartition[]): void {
    for (const partition of this.#partitions.values()) partition.isCurrent = false;
    this.#partitions = new Map(
      places.map((place) => [nameOf(place), new AssignedPartition(place)]),
    );
    this.records = 0;
    this.bytes = 0;
    this.isOverBudget = false;
    this.#isPausedForBudget = false;
    this.#endRoomWait();
    if (places.length === 0) return;
    // A broker's client keeps the pauses of the old assignment, which nobody would end any more.
    if (this.#isStandingStill) this.#consumer.pause(places);
    else this.#consumer.resume(places);
  }

  /** Takes a fetched batch into account. Offsets that were seen before, and partitions not ours, are left out. */
  take(batch: FetchedBatch, receivedAtMs: number): readonly AdmittedMessage[] {
    const partition = this.#partitions.get(nameOf(batch));
    if (partition === undefined) return [];
    partition.highWatermark = batch.highWatermark;
    const admitted: AdmittedMessage[] = [];
    for (const message of batch.messages) {
      const tracked = partition.tracker.take(message.offset, message.timestampMs);
      if (tracked === undefined) continue;
      const bytes = bytesOf(message);
      this.records += 1;
      this.bytes += bytes;
      admitted.push({ message, partition, tracked, bytes, receivedAtMs });
    }
    this.#watch(partition);
    return admitted;
  }

  /** Resolves when there is room for more messages, or fetching is paused because that takes long. */
  async room(): Promise<void> {
    if (!this.isOverBudget || this.#isPausedForBudget) return;
    const { generation } = this;
    const waited = new AbortController();
    const hasRoom = new Promise<boolean>((resolve) => {
      this.#roomWaiters.push(() => resolve(true));
    });
    const isLate = pause(this.#limits.roomWaitMs, waited.signal).then(() => false);
    const isInTime = await Promise.race([hasRoom, isLate]);
    waited.abort();
    if (isInTime || generation !== this.generation || !this.isOverBudget) return;
    this.#isPausedForBudget = true;
    this.#consumer.pause([...this.#partitions.values()]);
  }

  /** The message is over; true when that was not known and still counts. */
  done({ tracked, partition, bytes }: AdmittedMessage): boolean {
    if (!partition.isCurrent || tracked.isDone) return false;
    tracked.isDone = true;
    this.records -= 1;
    this.bytes -= bytes;
    this.throughput.add(1);
    this.#watch(partition);
    return true;
  }

  /** Commits every low water that has moved. One after the other: a late repetition must not undo a newer one. */
  async commit(): Promise<void> {
    const turn = this.#committing.then(() => this.#commitMoved());
    this.#committing = turn.catch(() => undefined);
    await turn;
  }

  async #commitMoved(): Promise<void> {
    const moved = [...this.#partitions.values()].flatMap((partition) => {
      const offset = partition.tracker.lowWater();
      return offset === undefined || offset === partition.committed ? [] : [{ partition, offset }];
    });
    if (moved.length === 0) return;
    await this.#consumer.commit(
      moved.map(({ partition: { topic, partition }, offset }) => ({ topic, partition, offset })),
    );
    for (const { partition, offset } of moved) partition.committed = offset;
  }

  /** Fetches nothing until `goOn`, in this assignment and the next ones. */
  standStill(): void {
    this.#isStandingStill = true;
    if (this.#partitions.size > 0) this.#consumer.pause([...this.#partitions.values()]);
  }

  goOn(): void {
    this.#isStandingStill = false;
    this.#resume();
  }

  /**
   * Asks the broker for the backlog of partitions of which nothing is fetched, so that their lag is seen. Nothing is
   * asked while all are fetched. @throws when the broker does not answer.
   */
  async learnBacklog(): Promise<void> {
    const isHalted = this.#isStandingStill || this.#isPausedForBudget;
    const blind = [...this.#partitions.values()].filter(
      (each) => isHalted || each.isPausedForSpan || each.isUnknown || each.isWaitingForFirstFetch,
    );
    if (blind.length === 0) return;
    for (const backlog of await this.#consumer.backlog(blind)) {
      blind.find((each) => nameOf(each) === nameOf(backlog))?.learn(backlog);
    }
  }

  status(nowMs: number): readonly PartitionStatus[] {
    return [...this.#partitions.values()].map((partition) => {
      const oldest = partition.tracker.oldest();
      return {
        topic: partition.topic,
        partition: partition.partition,
        lag: Number(partition.lag()),
        oldestAgeMs: oldest === undefined ? 0 : Math.max(nowMs - Number(oldest.timestampMs), 0),
      };
    });
  }

  #endRoomWait(): void {
    for (const resolve of this.#roomWaiters.splice(0)) resolve();
  }

  #watch(partition: AssignedPartition): void {
    const { recordsMax, bytesMax } = this.#limits;
    const fill = Math.max(this.records / recordsMax, this.bytes / bytesMax);
    if (fill >= 1) this.isOverBudget = true;
    else if (fill <= 0.5 && this.isOverBudget) {
      this.isOverBudget = false;
      this.#endRoomWait();
      if (this.#isPausedForBudget) {
        this.#isPausedForBudget = false;
        this.#resume();
      }
    }
    this.#watchSpan(partition);
  }

  #watchSpan(partition: AssignedPartition): void {
    const span = partition.tracker.span();
    if (span >= this.#limits.spanMax && !partition.isPausedForSpan) {
      partition.isPausedForSpan = true;
      this.#consumer.pause([partition]);
    } else if (span <= this.#limits.spanMax / 2 && partition.isPausedForSpan) {
      partition.isPausedForSpan = false;
      this.#resume();
    }
  }

  #resume(): void {
    if (this.#isPausedForBudget || this.#isStandingStill) return;
    const wanted = [...this.#partitions.values()].filter((each) => !each.isPausedForSpan);
    if (wanted.length > 0) this.#consumer.resume(wanted);
  }
}

function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}

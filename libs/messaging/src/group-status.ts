import type { GroupFigures } from './consumer-metrics.ts';
import type { ParkingFigures } from './parking-store.ts';

/** One partition of a group, for health pages and metrics. */
export interface PartitionStatus {
  readonly topic: string;
  readonly partition: number;
  /** Messages between the low water and the end of the log. */
  readonly lag: number;
  /** Age of the oldest message that is not done; 0 when there is none. */
  readonly oldestAgeMs: number;
}

/** What can be seen of one consumer group of this process. */
export interface GroupStatus {
  readonly group: string;
  readonly topics: readonly string[];
  /** Joined, parked keys known, and no dependency down. */
  readonly isReady: boolean;
  readonly trouble: string | undefined;
  readonly isStandingStill: boolean;
  readonly isOverBudget: boolean;
  readonly bufferedRecords: number;
  readonly bufferedBytes: number;
  /** Messages done per second of the last minute, however they ended. */
  readonly donePerSecond: number;
  readonly parkedKeys: number;
  readonly parking: ParkingFigures | undefined;
  readonly nowMs: number;
  readonly partitions: readonly PartitionStatus[];
}

/** The status as metrics show it. */
export function figuresOf(status: GroupStatus): GroupFigures {
  const { parking, nowMs, donePerSecond } = status;
  const lag = status.partitions.reduce((sum, partition) => sum + partition.lag, 0);
  const oldestParkedAtMs = parking?.oldestParkedAtMs ?? nowMs;
  return {
    partitions: status.partitions.map(({ topic, partition, lag, oldestAgeMs }) => ({
      topic,
      partition,
      lag,
      oldestAgeSeconds: oldestAgeMs / 1000,
    })),
    donePerSecond,
    drainSeconds: lag === 0 ? 0 : lag / donePerSecond,
    bufferedRecords: status.bufferedRecords,
    isStandingStill: !status.isReady,
    parkedKeys: parking?.keys ?? 0,
    quarantinedKeys: parking?.quarantinedKeys ?? 0,
    parkedEvents: parking?.events ?? 0,
    parkedEventsOfFullestKey: parking?.eventsOfFullestKey ?? 0,
    oldestParkedAgeSeconds: Math.max(nowMs - oldestParkedAtMs, 0) / 1000,
  };
}

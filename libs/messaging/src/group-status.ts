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
  readonly parkedKeys: number;
  readonly parking: ParkingFigures | undefined;
  readonly nowMs: number;
  readonly partitions: readonly PartitionStatus[];
}

/** The status as metrics show it. */
export function figuresOf(status: GroupStatus): GroupFigures {
  const { parking, nowMs } = status;
  const oldestParkedAtMs = parking?.oldestParkedAtMs ?? nowMs;
  return {
    partitions: status.partitions.map(({ topic, partition, lag, oldestAgeMs }) => ({
      topic,
      partition,
      lag,
      oldestAgeSeconds: oldestAgeMs / 1000,
    })),
    bufferedRecords: status.bufferedRecords,
    isStandingStill: status.isStandingStill,
    parkedKeys: parking?.keys ?? 0,
    quarantinedKeys: parking?.quarantinedKeys ?? 0,
    parkedEvents: parking?.events ?? 0,
    oldestParkedAgeSeconds: Math.max(nowMs - oldestParkedAtMs, 0) / 1000,
  };
}

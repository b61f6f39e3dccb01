import { counter, gauge, histogram } from '@sluice/telemetry';
import type { Counter, Histogram } from '@sluice/telemetry';

/** What one group shows at a scrape. */
export interface GroupFigures {
  readonly partitions: readonly {
    readonly topic: string;
    readonly partition: number;
    readonly lag: number;
    readonly oldestAgeSeconds: number;
  }[];
  readonly donePerSecond: number;
  /** Infinite while messages wait and none is done. */
  readonly drainSeconds: number;
  readonly bufferedRecords: number;
  /** A dependency is down, or the group is not joined, so that not even its lag is known. */
  readonly isStandingStill: boolean;
  readonly parkedKeys: number;
  readonly quarantinedKeys: number;
  readonly parkedEvents: number;
  readonly parkedEventsOfFullestKey: number;
  readonly oldestParkedAgeSeconds: number;
}

/** Counters and gauges of one consumer group. Make it after telemetry has started. */
export class ConsumerMetrics {
  readonly #group: string;
  readonly #records: Counter;
  readonly #deadLetters: Counter;
  readonly #seconds: Histogram;
  #removeGauges: (() => void)[] = [];

  constructor(group: string) {
    this.#group = group;
    this.#records = counter('sluice_consumer_records', 'Messages by how they ended.');
    this.#deadLetters = counter('sluice_consumer_dead_letters', 'Dead letters by failure code.');
    this.#seconds = histogram('sluice_consumer_handling_seconds', 'Time of one handler call.');
  }

  handled(topic: string, count: number, durationMs: number): void {
    this.#count(topic, 'handled', count);
    this.#seconds.record(durationMs / 1000, { group: this.#group });
  }

  passedOver(topic: string): void {
    this.#count(topic, 'passed-over', 1);
  }

  retried(topic: string): void {
    this.#count(topic, 'retried', 1);
  }

  parked(topic: string): void {
    this.#count(topic, 'parked', 1);
  }

  replayed(topic: string): void {
    this.#count(topic, 'replayed', 1);
  }

  quarantined(topic: string): void {
    this.#count(topic, 'quarantined', 1);
  }

  deadLettered(topic: string, code: string): void {
    this.#count(topic, 'dead-lettered', 1);
    this.#deadLetters.add(1, { group: this.#group, topic, code });
  }

  /** Registers the gauges; `read` answers from memory. */
  observe(read: () => GroupFigures): void {
    const group = this.#group;
    const tell =
      (pick: (figures: GroupFigures) => number): Parameters<typeof gauge>[2] =>
      (report) =>
        report(pick(read()), { group });
    this.#removeGauges.push(
      gauge('sluice_consumer_lag_records', 'Messages not yet done, by partition.', (report) => {
        for (const { topic, partition, lag } of read().partitions) {
          report(lag, { group, topic, partition });
        }
      }),
      gauge(
        'sluice_consumer_oldest_unprocessed_age_seconds',
        'Age of the oldest message not yet done, by partition.',
        (report) => {
          for (const { topic, partition, oldestAgeSeconds } of read().partitions) {
            report(oldestAgeSeconds, { group, topic, partition });
          }
        },
      ),
      gauge(
        'sluice_consumer_done_per_second',
        'Messages done per second of the last minute.',
        tell((f) => f.donePerSecond),
      ),
      gauge(
        'sluice_consumer_drain_seconds',
        'Time until the lag is gone at the rate of the last minute; parked events are not in it.',
        tell((f) => f.drainSeconds),
      ),
      gauge(
        'sluice_consumer_buffered_records',
        'Messages in memory.',
        tell((f) => f.bufferedRecords),
      ),
      gauge(
        'sluice_consumer_standing_still',
        '1 while nothing is handled: a dependency is down, or the group is not joined.',
        tell((f) => Number(f.isStandingStill)),
      ),
      gauge(
        'sluice_parked_keys',
        'Keys that wait.',
        tell((f) => f.parkedKeys),
      ),
      gauge(
        'sluice_quarantined_keys',
        'Keys that wait for an operator.',
        tell((f) => f.quarantinedKeys),
      ),
      gauge(
        'sluice_parked_events',
        'Events that wait.',
        tell((f) => f.parkedEvents),
      ),
      gauge(
        'sluice_parked_key_events_max',
        'Events that wait behind the key with most of them.',
        tell((f) => f.parkedEventsOfFullestKey),
      ),
      gauge(
        'sluice_oldest_parked_age_seconds',
        'Age of the oldest parked key.',
        tell((f) => f.oldestParkedAgeSeconds),
      ),
    );
  }

  close(): void {
    for (const remove of this.#removeGauges.splice(0)) remove();
  }

  #count(topic: string, outcome: string, count: number): void {
    this.#records.add(count, { group: this.#group, topic, outcome });
  }
}

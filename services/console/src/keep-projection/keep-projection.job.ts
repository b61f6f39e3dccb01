import { Inject, Injectable } from '@nestjs/common';
import { Jobs } from '@sluice/service-host';
import { DataSource } from 'typeorm';
import { ConsoleSettings } from '../config.ts';

const intervalMs = 60_000;
const rowsMax = 5_000;

/** Tables and the column that tells how old a row is. */
const aged: readonly (readonly [table: string, column: string])[] = [
  ['timeline_entry', 'received_at'],
  ['dead_letter', 'last_at'],
  ['payment_view', 'last_event_at'],
  ['order_view', 'last_event_at'],
  ['run_view', 'changed_at'],
  ['order_reference', 'told_at'],
  ['break_view', 'detected_at'],
  ['settlement_match', 'matched_at'],
  ['settlement_report_view', 'imported_at'],
];

/** Forgets what is older than the retention, a bounded number of rows at a time. */
@Injectable()
export class KeepProjectionJob {
  constructor(
    jobs: Jobs,
    private readonly dataSource: DataSource,
    @Inject(ConsoleSettings) private readonly settings: ConsoleSettings,
  ) {
    jobs.every({ name: 'keep-projection', intervalMs, run: () => this.run() });
  }

  /** One round over every table. */
  async run(): Promise<void> {
    for (const [table, column] of aged) {
      await this.dataSource.query(
        `delete from ${table} where ctid = any(array(select ctid from ${table}
          where ${column} < now() - make_interval(days => $1) limit ${rowsMax}))`,
        [this.settings.retentionDays],
      );
    }
  }
}

import { Injectable } from '@nestjs/common';
import { inTransaction } from '@sluice/postgres';
import { Jobs } from '@sluice/service-host';
import { DataSource } from 'typeorm';
import { FraudRouterSettings } from '../config.ts';
import { HistoryRepository } from '../storage/history.repository.ts';

const hourMs = 3_600_000;
const rowsMax = 10_000;

/** Forgets customers' history once it is older than the retention, a slice at a time. */
@Injectable()
export class KeepHistoryJob {
  constructor(
    private readonly dataSource: DataSource,
    private readonly history: HistoryRepository,
    private readonly settings: FraudRouterSettings,
    jobs: Jobs,
  ) {
    jobs.every({ name: 'keep-history', intervalMs: hourMs, run: () => this.run() });
  }

  /** Deletes what is due; may run at the same time in several replicas. */
  async run(): Promise<void> {
    await inTransaction(this.dataSource, (tx) =>
      this.history.prune(tx, this.settings.historyRetentionDays, rowsMax),
    );
  }
}

import { Injectable } from '@nestjs/common';
import { inTransaction } from '@sluice/postgres';
import { Jobs } from '@sluice/service-host';
import { DataSource } from 'typeorm';
import { ReconciliationSettings } from '../config.ts';
import { Matching } from './matching.ts';

/** Decides the lines whose grace ends without an event, and finds entries no report holds. */
@Injectable()
export class MatchSettlementJob {
  constructor(
    private readonly dataSource: DataSource,
    private readonly matching: Matching,
    settings: ReconciliationSettings,
    jobs: Jobs,
  ) {
    jobs.every({
      name: 'match-settlement',
      intervalMs: settings.matchIntervalMs,
      run: (signal) => this.run(signal),
    });
  }

  /** Works until nothing can be decided; may run at the same time in several replicas. */
  async run(signal: AbortSignal): Promise<void> {
    let decided = 1;
    while (decided > 0 && !signal.aborted) {
      decided = await inTransaction(this.dataSource, (tx) => this.matching.decideLines(tx));
    }
    await inTransaction(this.dataSource, (tx) => this.matching.decideUnsettled(tx));
  }
}

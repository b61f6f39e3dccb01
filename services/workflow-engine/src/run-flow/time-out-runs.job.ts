import { Inject, Injectable, Logger } from '@nestjs/common';
import { Clock } from '@sluice/clock';
import { DependencyDown } from '@sluice/failure';
import { Jobs } from '@sluice/service-host';
import { counter } from '@sluice/telemetry';
import { DataSource } from 'typeorm';
import { WorkflowEngineSettings } from '../config.ts';
import { PendingEventRepository } from '../storage/pending-event.repository.ts';
import { RunRepository, type DueRun } from '../storage/run.repository.ts';
import { RunFlow } from './run-flow.ts';

const dueMax = 100;
const postponeMicros = 300_000_000n;
const dayMicros = 86_400_000_000n;
const expiryIntervalMs = 60_000;
const expireMax = 1_000;

const failures = counter(
  'sluice_flow_timer_failures',
  'Runs whose time was over and could not end',
);
const expired = counter('sluice_flow_events_expired', 'Events for which no run ever listened');

/** Ends waits whose time is over, and forgets events that no run ever listened for. */
@Injectable()
export class TimeOutRunsJob {
  readonly #logger = new Logger(TimeOutRunsJob.name);

  constructor(
    @Inject(WorkflowEngineSettings) private readonly settings: WorkflowEngineSettings,
    private readonly dataSource: DataSource,
    private readonly runs: RunRepository,
    private readonly pending: PendingEventRepository,
    private readonly runFlow: RunFlow,
    private readonly clock: Clock,
    jobs: Jobs,
  ) {
    const intervalMs = settings.flowTimerPollMs;
    jobs.every({ name: 'time-out-runs', intervalMs, run: () => this.timeOutDue() });
    jobs.every({
      name: 'expire-pending-events',
      intervalMs: expiryIntervalMs,
      run: () => this.expirePending(),
    });
  }

  /** Serves every timer that is due now. */
  async timeOutDue(): Promise<void> {
    const { tenant } = this.settings;
    for (let isMore = true; isMore;) {
      const atMicros = this.clock.nowMicros();
      const due = await this.runs.due(this.dataSource.manager, tenant, { atMicros, limit: dueMax });
      if (due.length === 0) return;
      await this.#serve(due);
      isMore = due.length === dueMax;
    }
  }

  /** Deletes events older than the retention; each was an event whose order never came. */
  async expirePending(): Promise<void> {
    const { tenant, pendingEventRetentionDays } = this.settings;
    const beforeMicros = this.clock.nowMicros() - BigInt(pendingEventRetentionDays) * dayMicros;
    const bounds = { beforeMicros, limit: expireMax };
    const count = await this.pending.expire(this.dataSource.manager, tenant, bounds);
    if (count === 0) return;
    expired.add(count);
    this.#logger.warn(`${count} events expired for which no run ever listened`);
  }

  async #serve(due: readonly DueRun[]): Promise<void> {
    try {
      await this.runFlow.timeOut(due);
    } catch (error) {
      if (error instanceof DependencyDown) throw error;
      for (const one of due) await this.#serveAlone(one);
    }
  }

  async #serveAlone(due: DueRun): Promise<void> {
    try {
      await this.runFlow.timeOut([due]);
    } catch (error) {
      if (error instanceof DependencyDown) throw error;
      failures.add(1);
      const reason = error instanceof Error ? error.message : String(error);
      this.#logger.error(`Run ${due.runId}, timer of "${due.task}": ${reason}`);
      const untilMicros = this.clock.nowMicros() + postponeMicros;
      await this.runs.postpone(this.dataSource.manager, this.settings.tenant, { due, untilMicros });
    }
  }
}

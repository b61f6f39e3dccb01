import { Inject, Injectable, Logger } from '@nestjs/common';
import { Clock, newId } from '@sluice/clock';
import { Inbox, Outbox } from '@sluice/outbox';
import type { Delivery } from '@sluice/messaging';
import { afterCommit, inTransaction } from '@sluice/postgres';
import { counter } from '@sluice/telemetry';
import { DataSource, type EntityManager } from 'typeorm';
import { WorkflowEngineSettings } from '../config.ts';
import { FlowRegistry } from '../documents/flow-registry.ts';
import { Workset, type Changes } from '../domain/workset.ts';
import { PendingEventRepository } from '../storage/pending-event.repository.ts';
import { RunRepository, type DueRun } from '../storage/run.repository.ts';
import { eventOf } from './emitted-events.ts';
import { translate } from './received.ts';

/** Consumer group of the engine. */
export const runFlowGroup = 'workflow-engine.run-flow';

const started = counter('sluice_flow_runs_started', 'Runs started, by flow');
const ended = counter('sluice_flow_runs_ended', 'Runs ended, by flow and outcome');
const late = counter(
  'sluice_flow_late_events',
  'Events that came after their run had ended, by type',
);

/**
 * Lets runs go on.
 *
 * Everything that one batch of events changes is one transaction: the inbox marks, the runs, what
 * they wait for, their journal, and the commands and lifecycle events that leave through the
 * outbox. So a crash at any point repeats the whole or nothing, and no command is asked for twice.
 */
@Injectable()
export class RunFlow {
  readonly #logger = new Logger(RunFlow.name);

  constructor(
    @Inject(WorkflowEngineSettings) private readonly settings: WorkflowEngineSettings,
    private readonly dataSource: DataSource,
    private readonly registry: FlowRegistry,
    private readonly runs: RunRepository,
    private readonly pending: PendingEventRepository,
    private readonly inbox: Inbox,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
  ) {}

  /** Applies events in their order; those seen before change nothing. */
  async take(deliveries: readonly Delivery[]): Promise<void> {
    const at = { atMicros: this.clock.nowMicros(), isTraced: deliveries.length === 1 };
    await inTransaction(this.dataSource, async (tx) => {
      const fresh = await this.inbox.fresh(tx, runFlowGroup, deliveries);
      if (fresh.length === 0) return;
      const received = fresh.map((delivery) => translate(delivery, this.registry.flows, at));
      const workset = await this.#load(
        tx,
        received.flatMap(({ businessKeys }) => businessKeys),
      );
      for (const one of received) {
        if (one.kind === 'outcome') workset.takeOutcome(one.runId, one.signal, one.cause);
        else workset.takeEvent(one.event, one.cause);
      }
      await this.#save(tx, workset.changes());
    });
  }

  /** Ends the waits whose time is over; one that is not over any more changes nothing. */
  async timeOut(due: readonly DueRun[]): Promise<void> {
    const atMicros = this.clock.nowMicros();
    await inTransaction(this.dataSource, async (tx) => {
      const workset = await this.#load(
        tx,
        due.map(({ businessKey }) => businessKey),
      );
      for (const { runId, task } of due) {
        const traceparent = workset.traceparentOf(runId);
        workset.takeTimeout(runId, task, { eventId: null, traceparent, atMicros });
      }
      await this.#save(tx, workset.changes());
    });
  }

  async #load(tx: EntityManager, businessKeys: readonly string[]): Promise<Workset> {
    const { tenant } = this.settings;
    const keys = [...new Set(businessKeys)];
    await this.runs.lock(tx, tenant, keys);
    const runs = await this.runs.ofBusinessKeys(tx, tenant, keys);
    const pending = await this.pending.ofBusinessKeys(tx, tenant, keys);
    await this.registry.ensure(
      tx,
      runs.map(({ run }) => run),
    );
    return new Workset(this.registry.flows, { runs, pending }, newId);
  }

  async #save(tx: EntityManager, changes: Changes): Promise<void> {
    const { tenant } = this.settings;
    await this.runs.insert(tx, tenant, changes.started);
    await this.runs.update(tx, tenant, changes.changed);
    await this.runs.appendJournal(tx, tenant, changes.journal);
    await this.pending.insert(tx, tenant, changes.kept);
    await this.pending.delete(tx, tenant, changes.released);
    await this.outbox.append(
      tx,
      changes.emissions.map((emission) => eventOf(emission, tenant)),
    );
    afterCommit(tx, () => this.#report(changes));
  }

  #report(changes: Changes): void {
    for (const { run } of changes.started) started.add(1, { flow: run.flow });
    for (const { run } of [...changes.started, ...changes.changed]) {
      const { flow, outcome } = run;
      if (outcome !== null) ended.add(1, { flow, outcome });
      if (run.phase === 'faulted') this.#logger.error(`Run ${run.runId} of ${flow} faulted`);
    }
    for (const { type, businessKey } of changes.late) {
      late.add(1, { type });
      this.#logger.warn(`${type} of ${businessKey} came after its run had ended`);
    }
  }
}

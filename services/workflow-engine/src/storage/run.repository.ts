import { Injectable } from '@nestjs/common';
import { microsToIso } from '@sluice/messaging';
import type { EntityManager } from 'typeorm';
import type { JournalEntry, Run } from '../domain/run.ts';
import type { RunRecord } from '../domain/workset.ts';
import { errors } from '../errors.ts';
import { recordOf, rowOfRun, rowOfWait, type RunRow } from './run-row.ts';

/** A run whose time, or the time of the task it waits in, is over. */
export interface DueRun {
  readonly runId: string;
  readonly businessKey: string;
  /** The task that waits; empty when it is the run's own time. */
  readonly task: string;
}

const lockSql = `
  select pg_advisory_xact_lock(h) from (
    select distinct hashtextextended(k, 0) as h from unnest($1::text[]) k order by h) s`;

const loadSql = `
  select to_jsonb(r) || jsonb_build_object('wait', to_jsonb(w)) as row
  from flow_run r left join flow_wait w using (tenant, run_id)
  where r.tenant = $1 and r.business_key = any($2) order by r.run_id`;

const insertSql = `
  insert into flow_run
  select filled.* from jsonb_array_elements($1::jsonb) g, jsonb_populate_record(
    null::flow_run, g || jsonb_build_object('changed_at', now())) filled`;

const updateSql = `
  update flow_run r set phase = g.phase, outcome = g.outcome, state = g.state,
    step_count = g.step_count, epoch = g.epoch, ended_at = g.ended_at, changed_at = now()
  from jsonb_populate_recordset(null::flow_run, $1::jsonb) g
  where r.tenant = g.tenant and r.run_id = g.run_id and r.epoch = g.epoch - 1
  returning r.run_id`;

const forgetWaitsSql = 'delete from flow_wait where tenant = $1 and run_id = any($2)';

const insertWaitsSql = `
  insert into flow_wait select * from jsonb_populate_recordset(null::flow_wait, $1::jsonb)`;

const insertJournalSql = `
  insert into step_journal select * from jsonb_populate_recordset(null::step_journal, $1::jsonb)`;

const dueSql = `
  select run_id, business_key, task from (
    (select w.run_id, r.business_key, w.task, w.due_at from flow_wait w
     join flow_run r using (tenant, run_id)
     where w.tenant = $1 and w.due_at <= $2 order by w.due_at limit $3)
    union all
    (select run_id, business_key, '', deadline_at from flow_run
     where tenant = $1 and phase = 'waiting' and deadline_at <= $2 order by deadline_at limit $3)
  ) due order by due_at limit $3`;

/** Tables flow_run, flow_wait and step_journal. Changes are made under the business key's lock. */
@Injectable()
export class RunRepository {
  /** Locks business keys until the transaction ends, always in one order. */
  async lock(tx: EntityManager, tenant: string, businessKeys: readonly string[]): Promise<void> {
    await tx.query(lockSql, [businessKeys.map((key) => `${tenant}\n${key}`)]);
  }

  /** Every run of the business keys, whatever its phase. */
  async ofBusinessKeys(
    tx: EntityManager,
    tenant: string,
    businessKeys: readonly string[],
  ): Promise<readonly RunRecord[]> {
    const rows: { row: RunRow }[] = await tx.query(loadSql, [tenant, businessKeys]);
    return rows.map(({ row }) => recordOf(row));
  }

  /** Stores new runs with what they wait for. */
  async insert(tx: EntityManager, tenant: string, records: readonly RunRecord[]): Promise<void> {
    if (records.length === 0) return;
    await tx.query(insertSql, [rowsOf(tenant, records)]);
    await this.#insertWaits(tx, tenant, records);
  }

  /** Stores changed runs. @throws TransientFailure RUN_MOVED when somebody else changed one. */
  async update(tx: EntityManager, tenant: string, records: readonly RunRecord[]): Promise<void> {
    if (records.length === 0) return;
    const [moved]: [unknown[], number] = await tx.query(updateSql, [rowsOf(tenant, records)]);
    if (moved.length !== records.length) throw errors.failure('RUN_MOVED');
    await tx.query(forgetWaitsSql, [tenant, records.map(({ run }) => run.runId)]);
    await this.#insertWaits(tx, tenant, records);
  }

  /** Appends finished steps. */
  async appendJournal(
    tx: EntityManager,
    tenant: string,
    steps: readonly { readonly runId: string; readonly entry: JournalEntry }[],
  ): Promise<void> {
    if (steps.length === 0) return;
    const rows = steps.map(({ runId, entry }) => ({
      tenant,
      run_id: runId,
      sequence: entry.sequence,
      task: entry.task,
      iteration: entry.iteration,
      kind: entry.kind,
      status: entry.status,
      input_hash: entry.inputHash,
      output: entry.output,
      attempts: entry.attempts,
      started_at: microsToIso(entry.startedMicros),
      ended_at: microsToIso(entry.endedMicros),
    }));
    await tx.query(insertJournalSql, [JSON.stringify(rows)]);
  }

  /** Runs whose time is over, the most overdue first. */
  async due(
    tx: EntityManager,
    tenant: string,
    before: { readonly atMicros: bigint; readonly limit: number },
  ): Promise<readonly DueRun[]> {
    const { atMicros, limit } = before;
    const rows: { run_id: string; business_key: string; task: string }[] = await tx.query(dueSql, [
      tenant,
      microsToIso(atMicros),
      limit,
    ]);
    return rows.map((row) => ({
      runId: row.run_id,
      businessKey: row.business_key,
      task: row.task,
    }));
  }

  /** Moves a timer that could not be served, so that it does not hold up the others. */
  async postpone(
    tx: EntityManager,
    tenant: string,
    timer: { readonly due: DueRun; readonly untilMicros: bigint },
  ): Promise<void> {
    const { due, untilMicros } = timer;
    const sql =
      due.task === ''
        ? 'update flow_run set deadline_at = $3 where tenant = $1 and run_id = $2'
        : 'update flow_wait set due_at = $3 where tenant = $1 and run_id = $2';
    await tx.query(sql, [tenant, due.runId, microsToIso(untilMicros)]);
  }

  async #insertWaits(
    tx: EntityManager,
    tenant: string,
    records: readonly RunRecord[],
  ): Promise<void> {
    const waits = records.flatMap(({ run }) => waitOf(run)).map((row) => ({ ...row, tenant }));
    if (waits.length > 0) await tx.query(insertWaitsSql, [JSON.stringify(waits)]);
  }
}

function waitOf(run: Run): ReturnType<typeof rowOfWait>[] {
  return run.wait === null ? [] : [rowOfWait(run.runId, run.wait)];
}

function rowsOf(tenant: string, records: readonly RunRecord[]): string {
  return JSON.stringify(records.map((record) => ({ ...rowOfRun(record), tenant })));
}

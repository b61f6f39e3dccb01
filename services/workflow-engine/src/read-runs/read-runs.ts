import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** Runs of one answer at most. */
export const runsMax = 200;

const runColumns = `
  jsonb_build_object('runId', r.run_id, 'flow', r.flow, 'version', r.version,
    'businessKey', r.business_key, 'runKey', r.run_key, 'phase', r.phase, 'outcome', r.outcome,
    'stepCount', r.step_count, 'startedAt', r.started_at, 'changedAt', r.changed_at,
    'endedAt', r.ended_at, 'deadlineAt', r.deadline_at, 'fault', r.state->'fault',
    'waitsFor', case when w.run_id is null then null else jsonb_build_object('kind', w.kind,
      'task', w.task, 'iteration', w.iteration, 'commandId', w.command_id,
      'eventTypes', w.event_types, 'since', w.since, 'dueAt', w.due_at) end)`;

const ofKeySql = `
  select ${runColumns} as run from flow_run r left join flow_wait w using (tenant, run_id)
  where r.tenant = $1 and r.business_key = $2 order by r.run_id desc limit ${runsMax}`;

const oneSql = `
  select ${runColumns} || jsonb_build_object('journal', coalesce((
    select jsonb_agg(jsonb_build_object('sequence', j.sequence, 'task', j.task,
      'iteration', j.iteration, 'kind', j.kind, 'status', j.status, 'inputHash', j.input_hash,
      'output', j.output, 'attempts', j.attempts, 'startedAt', j.started_at,
      'endedAt', j.ended_at) order by j.sequence)
    from step_journal j where j.tenant = r.tenant and j.run_id = r.run_id), '[]')) as run
  from flow_run r left join flow_wait w using (tenant, run_id)
  where r.tenant = $1 and r.run_id = $2`;

const flowsSql = `
  select d.flow, d.version, d.document_hash as "documentHash", d.document,
    d.created_at as "createdAt",
    (select count(*)::int from flow_run r where r.tenant = d.tenant and r.flow = d.flow
      and r.version = d.version and r.phase = 'waiting') as "runsWaiting"
  from flow_definition d where d.tenant = $1 order by d.flow, d.created_at desc`;

/** A run as operators see it; its journal only when one run is asked for. */
export type RunView = Readonly<Record<string, unknown>>;

/** Reads runs and flows for people; changes nothing. */
@Injectable()
export class ReadRuns {
  constructor(private readonly dataSource: DataSource) {}

  /** The runs of a business key, the newest first. */
  async ofBusinessKey(tenant: string, businessKey: string): Promise<readonly RunView[]> {
    const rows: { run: RunView }[] = await this.dataSource.query(ofKeySql, [tenant, businessKey]);
    return rows.map(({ run }) => run);
  }

  /** One run with its journal; undefined when there is none. */
  async one(tenant: string, runId: string): Promise<RunView | undefined> {
    const rows: { run: RunView }[] = await this.dataSource.query(oneSql, [tenant, runId]);
    return rows[0]?.run;
  }

  /** Every flow version that was ever kept, the newest of each flow first. */
  async flows(tenant: string): Promise<readonly RunView[]> {
    return await this.dataSource.query<RunView[]>(flowsSql, [tenant]);
  }
}

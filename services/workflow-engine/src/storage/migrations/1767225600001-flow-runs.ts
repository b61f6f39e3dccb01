import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Flow documents by version, runs, what they wait for, their journal, and events without a run. */
export class FlowRuns1767225600001 implements MigrationInterface {
  readonly name = 'FlowRuns1767225600001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(createFlowDefinition);
    await runner.query(createFlowRun);
    await runner.query(createFlowWait);
    await runner.query(createStepJournal);
    await runner.query(createPendingEvent);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'drop table pending_event, step_journal, flow_wait, flow_run, flow_definition',
    );
  }
}

const createFlowDefinition = `
  create table flow_definition (
    tenant text not null,
    flow text not null,
    version text not null,
    document_hash text not null,
    document text not null,
    created_at timestamptz not null,
    primary key (tenant, flow, version)
  )`;

const createFlowRun = `
  create table flow_run (
    tenant text not null,
    run_id text not null,
    flow text not null,
    version text not null,
    document_hash text not null,
    run_key text not null,
    business_key text not null,
    phase text not null check (phase in ('waiting', 'completed', 'faulted')),
    outcome text,
    state jsonb not null,
    step_count integer not null,
    epoch bigint not null,
    trigger_event_id text not null,
    traceparent text,
    started_at timestamptz not null,
    deadline_at timestamptz,
    ended_at timestamptz,
    changed_at timestamptz not null,
    primary key (tenant, run_id),
    unique (tenant, flow, run_key),
    foreign key (tenant, flow, version) references flow_definition
  ) with (fillfactor = 80);
  create index flow_run_by_business_key on flow_run (tenant, business_key);
  create index flow_run_due on flow_run (deadline_at)
    where phase = 'waiting' and deadline_at is not null`;

const createFlowWait = `
  create table flow_wait (
    tenant text not null,
    run_id text not null,
    kind text not null check (kind in ('call', 'listen')),
    task text not null,
    iteration integer not null,
    input_hash text not null,
    command_id text,
    event_types text[],
    since timestamptz not null,
    due_at timestamptz,
    primary key (tenant, run_id),
    foreign key (tenant, run_id) references flow_run
  ) with (fillfactor = 80);
  create index flow_wait_due on flow_wait (due_at) where due_at is not null`;

const createStepJournal = `
  create table step_journal (
    tenant text not null,
    run_id text not null,
    sequence integer not null,
    task text not null,
    iteration integer not null,
    kind text not null,
    status text not null check (status in ('completed', 'skipped', 'faulted')),
    input_hash text not null,
    output jsonb not null,
    attempts integer not null,
    started_at timestamptz not null,
    ended_at timestamptz not null,
    primary key (tenant, run_id, sequence),
    unique (tenant, run_id, task, iteration)
  )`;

const createPendingEvent = `
  create table pending_event (
    tenant text not null,
    event_id text not null,
    business_key text not null,
    type text not null,
    data jsonb not null,
    happened_at timestamptz not null,
    traceparent text,
    received_at timestamptz not null default now(),
    primary key (tenant, event_id)
  );
  create index pending_event_by_business_key on pending_event (tenant, business_key);
  create index pending_event_by_age on pending_event (received_at)`;

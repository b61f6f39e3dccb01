import type { MigrationClass } from '@sluice/postgres';
import type { QueryRunner } from 'typeorm';

/** The ledger of effects, their attempts, and the acts of people on them. */
class CreateEffects1700000000020 {
  readonly name = 'CreateEffects1700000000020';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table effect (
        key text primary key,
        tenant text not null,
        kind text not null,
        effect_class text not null check (effect_class in ('A', 'B', 'C', 'D')),
        subject text not null,
        state text not null default 'PLANNED' check (state in ('PLANNED', 'CLAIMED', 'SENDING',
          'UNKNOWN', 'RESOLVING', 'DUPLICATE', 'MANUAL', 'SUCCEEDED', 'REJECTED', 'ABANDONED')),
        epoch bigint not null default 0,
        owner text,
        lease_until timestamptz,
        input jsonb not null,
        input_hash text not null,
        attempts integer not null default 0,
        look_ups integer not null default 0,
        not_before timestamptz not null default now(),
        due_at timestamptz not null,
        deadline_at timestamptz not null,
        known_result jsonb,
        output jsonb,
        code text,
        detail text,
        details jsonb,
        planned_at timestamptz not null default now(),
        updated_at timestamptz not null default now(),
        finished_at timestamptz,
        closing_by text,
        closing_verdict text,
        closing_output jsonb,
        closed_by text,
        check (closed_by is null or closed_by <> closing_by),
        check ((state in ('SUCCEEDED', 'REJECTED', 'ABANDONED')) = (finished_at is not null)),
        check (state not in ('CLAIMED', 'SENDING', 'RESOLVING') or lease_until is not null)
      ) with (fillfactor = 70)`);
    await runner.query(`
      create index effect_due on effect (due_at)
      where state not in ('SUCCEEDED', 'REJECTED', 'ABANDONED', 'MANUAL', 'DUPLICATE')`);
    await runner.query('create index effect_subject on effect (tenant, subject)');
    await runner.query('create index effect_planned on effect (planned_at, key)');
    await createEvidenceTables(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table effect_closing, effect_attempt, effect');
  }
}

async function createEvidenceTables(runner: QueryRunner): Promise<void> {
  await runner.query(`
    create table effect_attempt (
      effect_key text not null references effect,
      step integer not null,
      act text not null check (act in ('send', 'look-up')),
      epoch bigint not null,
      started_at timestamptz not null default clock_timestamp(),
      finished_at timestamptz,
      request_hash text not null,
      request jsonb not null,
      outcome text check (outcome in ('SUCCEEDED', 'REJECTED', 'NOT_EXECUTED', 'UNKNOWN',
        'FOUND', 'ABSENT')),
      reply jsonb,
      code text,
      detail text,
      traceparent text,
      primary key (effect_key, step)
    )`);
  await runner.query(`
    create table effect_closing (
      effect_key text not null references effect,
      seq bigint generated always as identity,
      step text not null check (step in ('proposed', 'confirmed')),
      actor text not null,
      verdict text not null check (verdict in ('SUCCEEDED', 'ABANDONED', 'RESEND')),
      reason text not null,
      at timestamptz not null default clock_timestamp(),
      primary key (effect_key, seq)
    )`);
}

/** Migrations of a service that acts on third parties; listed before the service's own. */
export const effectsMigrations: readonly MigrationClass[] = [CreateEffects1700000000020];

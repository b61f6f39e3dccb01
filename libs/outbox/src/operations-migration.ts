import type { QueryRunner } from 'typeorm';

/** Several relays, replay, and the acts of operators with who acted and why. */
export class CreateOperations1700000000015 {
  readonly name = 'CreateOperations1700000000015';

  async up(runner: QueryRunner): Promise<void> {
    await createRelayTables(runner);
    await runner.query('alter table parked_key add column failing_since timestamptz');
    await runner.query(`
      create table operator_act (
        id bigint generated always as identity primary key,
        at timestamptz not null default clock_timestamp(),
        act text not null,
        maker text not null check (maker <> ''),
        reason text not null check (reason <> ''),
        subject jsonb not null,
        original bytea
      )`);
    await runner.query(`
      create function operator_act_is_append_only() returns trigger language plpgsql as
      $$ begin raise exception 'operator_act is append-only'; end $$`);
    await runner.query(`
      create trigger operator_act_append_only before update or delete or truncate on operator_act
      for each statement execute function operator_act_is_append_only()`);
    await runner.query(`
      create table dead_letter_redriven (
        topic text not null,
        partition integer not null,
        "offset" bigint not null,
        act bigint not null,
        primary key (topic, partition, "offset")
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table dead_letter_redriven, operator_act');
    await runner.query('drop function operator_act_is_append_only');
    await runner.query('alter table parked_key drop column failing_since');
    await runner.query('drop table outbox_dropped, outbox_retired, outbox_relay');
  }
}

async function createRelayTables(runner: QueryRunner): Promise<void> {
  await runner.query(`
    create table outbox_relay (
      owner text primary key,
      lease_until timestamptz not null
    ) with (fillfactor = 50)`);
  await runner.query(`
    create table outbox_retired (
      name text primary key,
      ends_at timestamptz not null,
      last_seq bigint not null,
      retired_at timestamptz not null default now()
    )`);
  // Days that were dropped before drops were recorded.
  await runner.query(`
    insert into outbox_retired (name, ends_at, last_seq)
    select 'before', min(created_at), min(seq) - 1 from outbox having min(seq) > 1`);
  await runner.query(`
    create table outbox_dropped (
      seq bigint primary key,
      dropped_at timestamptz not null default now()
    )`);
}

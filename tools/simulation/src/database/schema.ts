import { randomBytes } from 'node:crypto';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { makeGlobalsReal, makeGlobalsVirtual } from '../world/virtual-globals.ts';
import { beginningMs, World } from '../world/world.ts';
import { Backend } from './backend.ts';
import type { Backends } from './backends.ts';

/** A schema and role of one worker. */
export interface SimulationSchema {
  readonly databaseUrl: string;
  drop(): Promise<void>;
}

/**
 * Makes a role and a schema, as a service has them.
 *
 * The schema comes before `pg_catalog` on the path, so that its own `now()` is found first.
 */
export async function createSchema(adminUrl: string): Promise<SimulationSchema> {
  const name = `simulation_${randomBytes(6).toString('hex')}`;
  await asAdmin(adminUrl, [
    `create role ${name} login password '${name}'`,
    `create schema ${name} authorization ${name}`,
    `alter role ${name} set search_path = ${name}, pg_catalog`,
    `alter role ${name} set synchronous_commit = off`,
    `alter role ${name} set deadlock_timeout = '10min'`,
    `alter role ${name} set jit = off`,
    `grant pg_signal_backend to ${name}`,
  ]);
  const url = new URL(adminUrl);
  url.username = name;
  url.password = name;
  const drop = (): Promise<void> =>
    asAdmin(adminUrl, [
      `drop schema ${name} cascade`,
      `drop owned by ${name}`,
      `drop role ${name}`,
    ]);
  return { databaseUrl: url.toString(), drop };
}

const clock = [
  'create unlogged sequence virtual_clock',
  ...['now', 'clock_timestamp'].map(
    (name) => `create function ${name}() returns timestamptz language sql stable as
      $$ select to_timestamp((select last_value from virtual_clock) / 1000.0) $$`,
  ),
];

/** What the checker reads and no product code writes. */
const evidence = [
  `create table applied (seq bigint generated always as identity, consumer text not null,
    event_id text not null, topic text not null, key text not null, version bigint)`,
  `create table payment_history (seq bigint generated always as identity, payment_id text not null,
    state text not null, version bigint not null)`,
  `create table effect_history (seq bigint generated always as identity, key text not null,
    state text not null, epoch bigint not null)`,
  `create function note_payment() returns trigger language plpgsql as $$ begin
    insert into payment_history (payment_id, state, version)
      values (new.payment_id, new.state, new.version); return new; end $$`,
  `create function note_effect() returns trigger language plpgsql as $$ begin
    insert into effect_history (key, state, epoch) values (new.key, new.state, new.epoch);
    return new; end $$`,
  `create trigger note after insert or update on payment for each row execute function note_payment()`,
  `create trigger note after insert or update on effect for each row execute function note_effect()`,
];

/** Makes the tables of the product by its own migrations, with the virtual clock in them. */
export async function migrate(
  backends: Backends,
  migrations: readonly (new () => MigrationInterface)[],
): Promise<void> {
  for (const statement of clock) await backends.ask(statement);
  const history = new World(0);
  makeGlobalsVirtual();
  try {
    await backends.ask(`select setval('virtual_clock', $1)`, [history.nowMs]);
    const query = (text: string, values?: unknown[]): Promise<unknown[]> =>
      backends.ask(text, values);
    const runner = { query } as unknown as QueryRunner;
    for (const Migration of migrations) await new Migration().up(runner);
  } finally {
    makeGlobalsReal();
  }
  for (const statement of evidence) await backends.ask(statement);
  // Statements over many partitions take long to plan, and a history lasts for minutes.
  for (const days of [2, 3]) await backends.ask(`drop table ${partitionOf(days)}`);
  await backends.ask(`do $$ declare t regclass; begin
    for t in select oid from pg_class where relnamespace = current_schema()::regnamespace
      and relkind = 'r' loop
      execute format('alter table %s set (autovacuum_enabled = false)', t);
    end loop; end $$`);
}

function partitionOf(days: number): string {
  const day = new Date(beginningMs + days * 86_400_000);
  return `outbox_${day.toISOString().slice(0, 10).replaceAll('-', '')}`;
}

/** Empties every table, so that each history begins with the same database. */
export async function emptyTables(backends: Backends): Promise<void> {
  await backends.ask(`do $$ declare tables text; begin
    select string_agg(oid::regclass::text, ', ' order by oid) into tables from pg_class
      where relnamespace = current_schema()::regnamespace and relkind = 'r'
        and pg_relation_size(oid) > 0;
    if tables is not null then execute 'truncate ' || tables || ' restart identity cascade'; end if;
    alter sequence outbox_seq_seq restart;
    insert into outbox_shard (shard, s0)
      select shard, pg_current_snapshot() from generate_series(0, 63) shard;
    end $$`);
}

async function asAdmin(adminUrl: string, statements: readonly string[]): Promise<void> {
  const admin = await Backend.open(adminUrl);
  try {
    for (const statement of statements) await admin.query(statement);
  } finally {
    await admin.close();
  }
}

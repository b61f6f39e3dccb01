import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { makeGlobalsReal, makeGlobalsVirtual } from '../world/virtual-globals.ts';
import { beginningMs, World } from '../world/world.ts';
import { Backend } from './backend.ts';
import type { Backends } from './backends.ts';
import { ServerClock } from './server-clock.ts';

/** A schema and role of one worker. */
export interface SimulationSchema {
  readonly databaseUrl: string;
  /** What `now()` says in this schema. */
  readonly clock: ServerClock;
  drop(): Promise<void>;
}

/**
 * Makes a role and a schema, as a service has them.
 *
 * The schema comes before `pg_catalog` on the path, so that its own `now()` is found first.
 */
export async function createSchema(adminUrl: string): Promise<SimulationSchema> {
  const name = `simulation_${randomBytes(6).toString('hex')}`;
  const rows = await asAdmin(adminUrl, [
    `create role ${name} login password '${name}'`,
    `create schema ${name} authorization ${name}`,
    `alter role ${name} set search_path = ${name}, pg_catalog`,
    `alter role ${name} set synchronous_commit = off`,
    `alter role ${name} set deadlock_timeout = '10min'`,
    `alter role ${name} set jit = off`,
    `grant pg_signal_backend, pg_read_server_files to ${name}`,
    `grant execute on function pg_read_file(text, bigint, bigint) to ${name}`,
    `select current_setting('data_directory') as folder`,
  ]);
  const folder = (rows as { folder: string }[])[0]?.folder ?? '';
  const clock = new ServerClock(join(folder, `${name}.clock`));
  const url = new URL(adminUrl);
  url.username = name;
  url.password = name;
  const drop = async (): Promise<void> => {
    clock.stop();
    await asAdmin(adminUrl, [
      `drop schema ${name} cascade`,
      `drop owned by ${name}`,
      `drop role ${name}`,
    ]);
  };
  return { databaseUrl: url.toString(), clock, drop };
}

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
  for (const statement of backends.clock.functions) await backends.ask(statement);
  backends.clock.show(new World(0).nowMs);
  makeGlobalsVirtual();
  try {
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

/** Runs statements one after the other and returns the rows of the last. */
async function asAdmin(adminUrl: string, statements: readonly string[]): Promise<unknown[]> {
  const admin = await Backend.open(adminUrl);
  try {
    let rows: unknown[] = [];
    for (const statement of statements) ({ rows } = await admin.query(statement));
    return rows;
  } finally {
    await admin.close();
  }
}

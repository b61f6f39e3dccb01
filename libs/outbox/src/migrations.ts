import type { MigrationClass } from '@sluice/postgres';
import type { QueryRunner } from 'typeorm';
import { CreateOperations1700000000015 } from './operations-migration.ts';
import { CreateRelayPages1700000000022 } from './relay-pages-migration.ts';
import { partitionDays, partitionStatements } from './partitions.ts';
import { shardCount } from './shard.ts';

/**
 * The outbox: append-only, partitioned by day, read by snapshot windows per shard.
 *
 * Column names are Debezium's where it has one. A unique index of a partitioned table must contain
 * the partition key, so that (aggregate, version) is kept unique by `outbox_head` instead.
 */
class CreateOutbox1700000000010 {
  readonly name = 'CreateOutbox1700000000010';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table outbox (
        seq bigint generated always as identity,
        xid xid8 not null default pg_current_xact_id(),
        shard smallint not null,
        id text not null,
        tenant text not null,
        aggregatetype text not null,
        aggregateid text not null,
        version bigint,
        type text not null,
        topic text not null,
        payload bytea not null,
        schema_id integer not null,
        headers jsonb not null,
        created_at timestamptz not null default now()
      ) partition by range (created_at)`);
    await runner.query('create index outbox_seq on outbox (seq, shard)');
    await runner.query('create index outbox_xid on outbox (xid)');
    await runner.query('create table outbox_default partition of outbox default');
    for (const day of partitionDays(new Date(), 3)) {
      for (const statement of partitionStatements(day)) await runner.query(statement);
    }
    await runner.query(`
      create table outbox_head (
        tenant text not null,
        aggregatetype text not null,
        aggregateid text not null,
        first_version bigint not null,
        version bigint not null,
        primary key (tenant, aggregatetype, aggregateid)
      ) with (fillfactor = 80)`);
    await runner.query(`
      create table outbox_shard (
        shard smallint primary key,
        owner text,
        epoch bigint not null default 0,
        lease_until timestamptz,
        s0 pg_snapshot not null,
        s1 pg_snapshot,
        last_seq bigint not null default 0,
        updated_at timestamptz not null default now()
      ) with (fillfactor = 20)`);
    await runner.query(
      `insert into outbox_shard (shard, s0)
       select shard, pg_current_snapshot() from generate_series(0, $1::int - 1) shard`,
      [shardCount],
    );
    await createHeldTables(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'drop table outbox_held_event, outbox_held_key, outbox_shard, outbox_head, outbox',
    );
  }
}

async function createHeldTables(runner: QueryRunner): Promise<void> {
  await runner.query(`
    create table outbox_held_key (
      topic text not null,
      aggregateid text not null,
      shard smallint not null,
      state text not null default 'held' check (state in ('held', 'releasing')),
      cause_code text not null,
      cause_message text not null,
      held_at timestamptz not null default now(),
      primary key (topic, aggregateid)
    )`);
  await runner.query(`
    create table outbox_held_event (
      topic text not null,
      aggregateid text not null,
      seq bigint not null,
      payload bytea not null,
      headers jsonb not null,
      created_at timestamptz not null,
      primary key (topic, aggregateid, seq),
      foreign key (topic, aggregateid) references outbox_held_key on delete cascade
    )`);
}

/**
 * What each consumer has seen.
 *
 * Not partitioned: the primary key (consumer, event_id) must hold over the whole retention, and a
 * partition by day could only hold it within a day. Old rows are deleted in slices by
 * `received_at`, which a BRIN index finds without cost to the insert.
 */
class CreateInbox1700000000011 {
  readonly name = 'CreateInbox1700000000011';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table inbox (
        consumer text not null,
        event_id text not null,
        received_at timestamptz not null default now(),
        primary key (consumer, event_id)
      )`);
    await runner.query('create index inbox_received on inbox using brin (received_at)');
    await runner.query(`
      create table inbox_key (
        consumer text not null,
        topic text not null,
        key text not null,
        last_version bigint not null,
        primary key (consumer, topic, key)
      ) with (fillfactor = 80)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table inbox_key, inbox');
  }
}

/** Keys that wait after a failure, and everything that arrived behind them. */
class CreateParking1700000000012 {
  readonly name = 'CreateParking1700000000012';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table parked_key (
        consumer text not null,
        key text not null,
        state text not null check (state in ('retrying', 'quarantined')),
        attempts integer not null,
        next_at timestamptz not null,
        cause_code text not null,
        cause_message text not null,
        cause_class text not null,
        parked_at timestamptz not null,
        epoch bigint not null default 0,
        lease_until timestamptz,
        lease_ms integer not null default 0,
        primary key (consumer, key)
      )`);
    await runner.query('create index parked_key_due on parked_key (consumer, state, next_at)');
    await runner.query(`
      create table parked_event (
        consumer text not null,
        key text not null,
        seq bigint generated always as identity,
        topic text not null,
        partition integer not null,
        "offset" bigint not null,
        timestamp_ms bigint not null,
        headers jsonb not null,
        payload bytea,
        parked_at timestamptz not null,
        primary key (consumer, key, seq),
        unique (consumer, topic, partition, "offset"),
        foreign key (consumer, key) references parked_key on delete cascade
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table parked_event, parked_key');
  }
}

/** A digest of each event's body, to tell a repetition from another event with the same id. */
class AddInboxBodyHash1700000000021 {
  readonly name = 'AddInboxBodyHash1700000000021';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table inbox add column body_hash bigint');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table inbox drop column body_hash');
  }
}

/** Outbox, inbox and parking; a service lists them before its own migrations. */
export const outboxMigrations: readonly MigrationClass[] = [
  CreateOutbox1700000000010,
  CreateInbox1700000000011,
  CreateParking1700000000012,
  CreateOperations1700000000015,
  AddInboxBodyHash1700000000021,
  CreateRelayPages1700000000022,
];

/** The tables of this lib are reached by SQL only: nothing to register with TypeORM. */
export const outboxEntities: readonly never[] = [];

import { type Failure, classify } from '@sluice/failure';
import type { Publisher, WireMessage } from '@sluice/messaging';
import { arrayParameter } from '@sluice/postgres';
import { errors } from './errors.ts';
import type { RelayConnection } from './relay-connection.ts';
import type { Lease } from './shard-leases.ts';
import type { OutboxRow } from './window-reader.ts';

interface Key {
  readonly topic: string;
  readonly aggregateid: string;
  state: string;
}

const holdSql = `
  insert into outbox_held_key (topic, aggregateid, shard, cause_code, cause_message)
  select $1, $2, shard, $4, $5 from outbox_shard where shard = $3 and owner = $6 and epoch = $7
  on conflict (topic, aggregateid)
  do update set state = 'held', cause_code = excluded.cause_code,
    cause_message = excluded.cause_message
  returning 1`;

const keepSql = `
  insert into outbox_held_event (topic, aggregateid, seq, payload, headers, created_at)
  select topic, aggregateid, seq, payload, headers::jsonb, created_at
  from unnest($1::text[], $2::text[], $3::bigint[], $4::bytea[], $5::text[], $6::timestamptz[])
    as r (topic, aggregateid, seq, payload, headers, created_at)
  on conflict do nothing`;

const loadSql = `
  select topic, aggregateid, state from outbox_held_key where shard = any($1::smallint[])`;

const eventsSql = `
  select seq, topic, aggregateid, payload, headers, created_at from outbox_held_event
  where topic = $1 and aggregateid = $2 order by seq limit 100`;

const doneSql = `
  delete from outbox_held_event where topic = $1 and aggregateid = $2 and seq = any($3::bigint[])`;

const freeSql = `
  delete from outbox_held_key k where topic = $1 and aggregateid = $2 and state = 'releasing'
    and not exists (select 1 from outbox_held_event e
      where e.topic = k.topic and e.aggregateid = k.aggregateid)`;

const refuseSql = `
  update outbox_held_key set state = 'held' where topic = $1 and aggregateid = $2`;

/**
 * The keys that are quarantined in the outbox: their events wait in order, and nothing overtakes.
 * Only the relay that owns the key's shard publishes them, after an operator released the key.
 */
export class HeldKeys {
  readonly #connection: RelayConnection;
  #keys = new Map<string, Key>();

  constructor(connection: RelayConnection) {
    this.#connection = connection;
  }

  get size(): number {
    return this.#keys.size;
  }

  holds(row: OutboxRow): boolean {
    return this.#keys.has(nameOf(row));
  }

  async load(shards: readonly number[]): Promise<void> {
    const rows = await this.#connection.query<Key>(loadSql, [shards]);
    this.#keys = new Map(rows.map((row) => [nameOf(row), row]));
  }

  /**
   * Quarantines the key of a row that can never be published.
   * @throws TransientFailure OUTBOX_LEASE_LOST when the row's shard is another relay's now.
   */
  async hold(row: OutboxRow, cause: Failure, lease: Lease): Promise<void> {
    const { topic, aggregateid, shard } = row;
    const { owner, epoch } = lease;
    const values = [topic, aggregateid, shard, cause.code, cause.message, owner, epoch];
    const held = await this.#connection.query(holdSql, values);
    if (held.length === 0) throw errors.failure('OUTBOX_LEASE_LOST');
    this.#keys.set(nameOf(row), { topic, aggregateid, state: 'held' });
  }

  /** Keeps rows of held keys, so that they outlive their partition. Repeats change nothing. */
  async keep(rows: readonly OutboxRow[]): Promise<void> {
    if (rows.length === 0) return;
    await this.#connection.query(keepSql, [
      rows.map((row) => row.topic),
      rows.map((row) => row.aggregateid),
      rows.map((row) => row.seq),
      arrayParameter.bytea(rows.map((row) => row.payload)),
      rows.map((row) => JSON.stringify(row.headers)),
      rows.map((row) => row.created_at),
    ]);
  }

  /** Publishes what operators released, each key in order; a key refused again is held again. */
  async publishReleased(publisher: Publisher): Promise<void> {
    for (const [name, key] of this.#keys) {
      if (key.state !== 'releasing') continue;
      try {
        await this.#publishAll(publisher, key);
        this.#keys.delete(name);
      } catch (error) {
        if (classify(error) !== 'permanent') throw error;
        key.state = 'held';
        await this.#connection.query(refuseSql, [key.topic, key.aggregateid]);
      }
    }
  }

  async #publishAll(publisher: Publisher, { topic, aggregateid }: Key): Promise<void> {
    for (;;) {
      const rows = await this.#connection.query<OutboxRow>(eventsSql, [topic, aggregateid]);
      if (rows.length === 0) break;
      await publisher.publish(rows.map(wireOf));
      const seqs = rows.map(({ seq }) => seq);
      await this.#connection.query(doneSql, [topic, aggregateid, seqs]);
    }
    await this.#connection.query(freeSql, [topic, aggregateid]);
  }
}

/** The message a row becomes; its headers go out untouched. */
export function wireOf(row: OutboxRow): WireMessage {
  return { topic: row.topic, key: row.aggregateid, value: row.payload, headers: row.headers };
}

function nameOf({ topic, aggregateid }: { topic: string; aggregateid: string }): string {
  return `${topic}\n${aggregateid}`;
}

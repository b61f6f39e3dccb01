import { type Failure, classify } from '@sluice/failure';
import type { Publisher, WireMessage } from '@sluice/messaging';
import { asFailures } from '@sluice/postgres';
import type { DataSource } from 'typeorm';
import type { RelayConnection } from './relay-connection.ts';
import type { OutboxRow } from './window-reader.ts';

/** A key whose events the broker refuses for good, with how many wait. */
export interface HeldKey {
  readonly topic: string;
  readonly key: string;
  readonly state: 'held' | 'releasing';
  readonly causeCode: string;
  readonly causeMessage: string;
  readonly heldAt: Date;
  readonly events: number;
  /** Sequence of the event at the head, as text. */
  readonly headSeq: string;
}

interface Key {
  readonly topic: string;
  readonly aggregateid: string;
  state: string;
}

const holdSql = `
  insert into outbox_held_key (topic, aggregateid, shard, cause_code, cause_message)
  values ($1, $2, $3, $4, $5) on conflict (topic, aggregateid)
  do update set state = 'held', cause_code = excluded.cause_code,
    cause_message = excluded.cause_message`;

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

const listSql = `
  select k.topic, k.aggregateid as key, k.state, k.cause_code as "causeCode",
    k.cause_message as "causeMessage", k.held_at as "heldAt", count(e.seq)::int as events,
    coalesce(min(e.seq), 0)::text as "headSeq"
  from outbox_held_key k left join outbox_held_event e using (topic, aggregateid)
  group by k.topic, k.aggregateid order by k.held_at limit $1`;

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

  /** Quarantines the key of a row that can never be published. */
  async hold(row: OutboxRow, cause: Failure): Promise<void> {
    const { topic, aggregateid, shard } = row;
    await this.#connection.query(holdSql, [topic, aggregateid, shard, cause.code, cause.message]);
    this.#keys.set(nameOf(row), { topic, aggregateid, state: 'held' });
  }

  /** Keeps rows of held keys, so that they outlive their partition. Repeats change nothing. */
  async keep(rows: readonly OutboxRow[]): Promise<void> {
    if (rows.length === 0) return;
    await this.#connection.query(keepSql, [
      rows.map((row) => row.topic),
      rows.map((row) => row.aggregateid),
      rows.map((row) => row.seq),
      rows.map((row) => row.payload),
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

/** Keys whose events the broker refused, oldest first, at most `limit`. */
export function listHeldKeys(dataSource: DataSource, limit = 100): Promise<readonly HeldKey[]> {
  return asFailures(() => dataSource.query<HeldKey[]>(listSql, [limit]));
}

/**
 * Lets the relay publish a held key again, in order, at its next look.
 *
 * @param options.dropSeqs events that shall never be published, usually the head.
 * @returns false when the key is not held.
 */
export async function releaseHeldKey(
  dataSource: DataSource,
  options: { readonly topic: string; readonly key: string; readonly dropSeqs?: readonly string[] },
): Promise<boolean> {
  const { topic, key, dropSeqs = [] } = options;
  return await asFailures(async () => {
    await dataSource.query(doneSql, [topic, key, dropSeqs]);
    const [, released]: [unknown, number] = await dataSource.query(
      `update outbox_held_key set state = 'releasing' where topic = $1 and aggregateid = $2`,
      [topic, key],
    );
    return released > 0;
  });
}

function nameOf({ topic, aggregateid }: { topic: string; aggregateid: string }): string {
  return `${topic}\n${aggregateid}`;
}

import type { RelayConnection } from './relay-connection.ts';

/** Where the reading of some shards stands. */
export interface Cursor {
  /** Everything visible in this snapshot has been published. */
  readonly s0: string;
  /** End of the window that is being paged; null between windows. */
  readonly s1: string | null;
  /** Last sequence published of the window that is being paged. */
  readonly lastSeq: string;
}

/** A shard that this relay owns while its lease lasts. */
export interface OwnedShard extends Cursor {
  readonly shard: number;
  readonly epoch: string;
}

const claimSql = `
  update outbox_shard o set owner = $1, epoch = o.epoch + 1, updated_at = now(),
    lease_until = now() + make_interval(secs => $2)
  from (select shard from outbox_shard
        where owner is null or lease_until < now()
        order by shard for update skip locked) free
  where o.shard = free.shard
  returning o.shard, o.epoch, o.s0, o.s1, o.last_seq as "lastSeq"`;

const mine = `
  from unnest($2::smallint[], $3::bigint[]) as m (shard, epoch)
  where o.shard = m.shard and o.epoch = m.epoch and o.owner = $1`;

const renewSql = `
  update outbox_shard o set updated_at = now(), lease_until = now() + make_interval(secs => $4)
  ${mine} returning o.shard`;

const advanceSql = `
  update outbox_shard o set updated_at = now(), lease_until = now() + make_interval(secs => $4),
    s0 = $5::pg_snapshot, s1 = $6::pg_snapshot, last_seq = $7
  ${mine} returning o.shard`;

const releaseSql = `
  update outbox_shard o set owner = null, lease_until = null, updated_at = now() ${mine}`;

/**
 * The shards of one relay, by lease rows with epochs.
 *
 * A relay that was stopped past its lease finds its epoch gone at the next advance: what it has
 * published meanwhile only repeats events, and its cursor writes nothing.
 */
export class ShardLeases {
  readonly #connection: RelayConnection;
  readonly #owner: string;
  readonly #leaseSeconds: number;
  #owned: readonly OwnedShard[] = [];

  constructor(connection: RelayConnection, options: { owner: string; leaseMs: number }) {
    this.#connection = connection;
    this.#owner = options.owner;
    this.#leaseSeconds = options.leaseMs / 1_000;
  }

  get owned(): readonly OwnedShard[] {
    return this.#owned;
  }

  /** Renews what is owned and takes what is free; returns the shards taken now. */
  async renewAndClaim(): Promise<readonly number[]> {
    if (this.#owned.length > 0) {
      await this.#keep(this.#owned, renewSql, []);
    }
    const taken = await this.#connection.query<OwnedShard>(claimSql, [
      this.#owner,
      this.#leaseSeconds,
    ]);
    const takenShards = taken.map(({ shard }) => shard);
    const others = this.#owned.filter(({ shard }) => !takenShards.includes(shard));
    this.#owned = [...others, ...taken];
    return takenShards;
  }

  /** Moves the cursor of these shards and renews their leases; shards lost meanwhile are dropped. */
  async advance(shards: readonly OwnedShard[], to: Cursor): Promise<void> {
    const kept = await this.#keep(shards, advanceSql, [to.s0, to.s1, to.lastSeq]);
    this.#owned = this.#owned.map((owned) => (kept.has(owned.shard) ? { ...owned, ...to } : owned));
  }

  /** Owned shards that stand at the same place, which one statement can read. */
  groups(): readonly (readonly OwnedShard[])[] {
    const groups = Map.groupBy(this.#owned, ({ s0, s1, lastSeq }) => `${s0}/${s1}/${lastSeq}`);
    return [...groups.values()];
  }

  /** Gives every shard back at once, so that another relay need not wait for the lease to end. */
  async release(): Promise<void> {
    const owned = this.#owned;
    this.#owned = [];
    if (owned.length > 0) await this.#connection.query(releaseSql, this.#key(owned));
  }

  async #keep(
    shards: readonly OwnedShard[],
    sql: string,
    values: readonly unknown[],
  ): Promise<ReadonlySet<number>> {
    const rows = await this.#connection.query<{ shard: number }>(sql, [
      ...this.#key(shards),
      this.#leaseSeconds,
      ...values,
    ]);
    const kept = new Set(rows.map(({ shard }) => shard));
    const lost = new Set(shards.map(({ shard }) => shard).filter((shard) => !kept.has(shard)));
    this.#owned = this.#owned.filter(({ shard }) => !lost.has(shard));
    return kept;
  }

  #key(shards: readonly OwnedShard[]): unknown[] {
    return [this.#owner, shards.map(({ shard }) => shard), shards.map(({ epoch }) => epoch)];
  }
}

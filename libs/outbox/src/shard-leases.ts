import { errors } from './errors.ts';
import type { RelayConnection } from './relay-connection.ts';
import { allShards, fairShare, maskOf } from './shard.ts';

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

/** What proves that a shard is a relay's. */
export interface Lease {
  readonly owner: string;
  readonly epoch: string;
}

/** Says that it is alive, forgets who has not for long, and names all that are. */
const meetSql = `
  with me as (
    insert into outbox_relay as r (owner, lease_until)
    values ($1, now() + make_interval(secs => $2))
    on conflict (owner) do update set lease_until = excluded.lease_until),
  gone as (
    delete from outbox_relay where owner in (select owner from outbox_relay
      where owner <> $1 and lease_until < now() - interval '1 minute' for update skip locked))
  select owner from outbox_relay where lease_until >= now() and owner <> $1
  union all select $1 order by owner`;

/**
 * What follows another relay is taken at that one's last page; its owner is fenced by a trigger. Pages whose owner
 * has lost all it had go with the next claim.
 */
const claimSql = `
  with orphans as (delete from outbox_cursor c
    where not exists (select 1 from outbox_shard s where s.owner = c.owner))
  update outbox_shard o set owner = $1, epoch = o.epoch + 1, updated_at = now(), follows = false,
    lease_until = now() + make_interval(secs => $2), s0 = free.s0, s1 = free.s1, last_seq = free.last_seq
  from (select s.shard, p.s0, p.s1, p.last_seq from outbox_shard s join outbox_place p using (shard)
        where s.owner is null or s.lease_until < now()
        order by s.shard limit $3 for update of s skip locked) free
  where o.shard = free.shard
  returning o.shard, o.epoch, o.s0, o.s1, o.last_seq as "lastSeq"`;

const mine = `
  from unnest($2::smallint[], $3::bigint[]) as m (shard, epoch)
  where o.shard = m.shard and o.epoch = m.epoch and o.owner = $1`;

/** The fence is as old as the statement: whoever takes a shard later changes it. */
const renewSql = `
  with stored as (delete from outbox_cursor where owner = $1 and page > $9 and page <= $10)
  update outbox_shard o set updated_at = now(), lease_until = now() + make_interval(secs => $4),
    s0 = m.s0::pg_snapshot, s1 = m.s1::pg_snapshot, last_seq = m.last_seq, follows = $8
  from unnest($2::smallint[], $3::bigint[], $5::text[], $6::text[], $7::bigint[])
    as m (shard, epoch, s0, s1, last_seq)
  where o.shard = m.shard and o.epoch = m.epoch and o.owner = $1
  returning o.shard, (select r.fence from outbox_relay r where r.owner = $1) as fence`;

const advanceSql = `
  update outbox_shard o set updated_at = now(), lease_until = now() + make_interval(secs => $4),
    s0 = $5::pg_snapshot, s1 = $6::pg_snapshot, last_seq = $7, follows = false
  ${mine} returning o.shard`;

const storePageSql = `
  insert into outbox_cursor (owner, page, s0, s1, last_seq)
  select r.owner, $3::bigint, $4::pg_snapshot, $5::pg_snapshot, $6::bigint
  from outbox_relay r where r.owner = $1 and r.fence = $2::xid8 for share
  returning page`;

const releaseSql = `
  update outbox_shard o set owner = null, lease_until = null, updated_at = now(), follows = false,
    s0 = m.s0::pg_snapshot, s1 = m.s1::pg_snapshot, last_seq = m.last_seq
  from unnest($2::smallint[], $3::bigint[], $4::text[], $5::text[], $6::bigint[])
    as m (shard, epoch, s0, s1, last_seq)
  where o.shard = m.shard and o.epoch = m.epoch and o.owner = $1`;

const leaveSql = `
  with pages as (delete from outbox_cursor where owner = $1)
  delete from outbox_relay where owner = $1`;

/**
 * The shards of one relay, by lease rows with epochs; the relays of a database share them evenly.
 *
 * A relay that was stopped past its lease finds its epoch gone at the next advance: what it has
 * published meanwhile only repeats events, and its cursor writes nothing.
 */
export class ShardLeases {
  readonly #connection: RelayConnection;
  readonly #owner: string;
  readonly #leaseSeconds: number;
  #owned: readonly OwnedShard[] = [];
  #others = 0;
  #share = 0;
  #hasMet = false;
  /** Shards whose place is this relay's last page. */
  #following: ReadonlySet<number> = new Set();
  /** As it was when the shards began to follow: whoever takes one of them changes it. */
  #fence = '';
  #page = 0;
  /** Pages up to this one are in the rows of the shards. */
  #renewedPage = 0;
  /** Relays and own shards when this relay last told that it lacks some. */
  #toldOf = '';

  constructor(connection: RelayConnection, options: { owner: string; leaseMs: number }) {
    this.#connection = connection;
    this.#owner = options.owner;
    this.#leaseSeconds = options.leaseMs / 1_000;
  }

  get owned(): readonly OwnedShard[] {
    return this.#owned;
  }

  /** Other relays that were alive at the last look. */
  get others(): number {
    return this.#others;
  }

  /** True when this relay owns its share, no shard more or less. */
  get hasShare(): boolean {
    return this.#owned.length === this.#share;
  }

  /**
   * Tells that this relay is alive, gives up what is over its share, renews the rest and takes what is free.
   * @returns true when other relays should look at the shards too.
   */
  async renewAndClaim(): Promise<boolean> {
    const isNew = !this.#hasMet;
    const alive = await this.#connection.query<{ owner: string }>(meetSql, [
      this.#owner,
      this.#leaseSeconds,
    ]);
    this.#hasMet = true;
    const rank = alive.findIndex(({ owner }) => owner === this.#owner);
    this.#others = alive.length - 1;
    this.#share = fairShare(alive.length, rank);
    const surplus = this.#owned.slice(this.#share);
    await this.#giveUp(surplus);
    await this.#renew();
    const hasClaimed = await this.#claim(this.#share - this.#owned.length);
    if (hasClaimed) await this.#renew();
    const mustAsk = this.#lacksAnew(alive.map(({ owner }) => owner));
    return this.#others > 0 && (isNew || surplus.length > 0 || mustAsk);
  }

  /**
   * True when this relay lacks shards and has not told so since anything changed. A call wakes its caller, too:
   * told again at every look, two relays would wake each other without a rest until a dead one's lease ends.
   */
  #lacksAnew(alive: readonly string[]): boolean {
    const before = this.#toldOf;
    this.#toldOf = this.hasShare ? '' : `${this.#owned.length} ${alive.join(' ')}`;
    return !this.hasShare && this.#toldOf !== before;
  }

  /** The owned shards, a bit for each. */
  get mask(): bigint {
    return maskOf(this.#owned.map(({ shard }) => shard));
  }

  /** Those of the shards that this relay does not own; of all when none are named. */
  foreignOf(shards: readonly number[] | undefined): readonly number[] {
    const owned = new Set(this.#owned.map(({ shard }) => shard));
    return (shards ?? allShards).filter((shard) => !owned.has(shard));
  }

  /** @throws TransientFailure OUTBOX_LEASE_LOST when the shard is not this relay's any more. */
  leaseOf(shard: number): Lease {
    const owned = this.#owned.find((each) => each.shard === shard);
    if (owned === undefined) throw errors.failure('OUTBOX_LEASE_LOST');
    return { owner: this.#owner, epoch: owned.epoch };
  }

  /**
   * Moves the cursor of these shards; shards lost meanwhile are dropped.
   *
   * While all shards of this relay stand at one place, a page stores one row for all of them. An update of each
   * shard's row would leave 64 old versions behind, which none can clean up while a long transaction lasts anywhere
   * in the database.
   */
  async advance(shards: readonly OwnedShard[], to: Cursor): Promise<void> {
    const areAll = shards.length === this.#following.size;
    if (areAll && shards.every(({ shard }) => this.#following.has(shard))) {
      if (await this.#storePage(to)) return this.#move(this.#following, to);
    }
    this.#following = new Set();
    const kept = await this.#keep(shards, advanceSql, [to.s0, to.s1, to.lastSeq]);
    this.#move(kept, to);
  }

  /**
   * Notes that nothing was left to publish of these shards up to the cursor. It is stored with the next
   * renewal: until then a successor reads the same empty window again.
   */
  pass(shards: readonly OwnedShard[], to: Cursor): void {
    this.#move(new Set(shards.map(({ shard }) => shard)), to);
  }

  /** Owned shards that stand at the same place, which one statement can read. */
  groups(): readonly (readonly OwnedShard[])[] {
    const groups = Map.groupBy(this.#owned, ({ s0, s1, lastSeq }) => `${s0}/${s1}/${lastSeq}`);
    return [...groups.values()];
  }

  /**
   * Gives every shard back at once, so that another relay need not wait for the lease to end.
   * @returns true when others are there to take them.
   */
  async release(): Promise<boolean> {
    await this.#giveUp(this.#owned);
    if (this.#hasMet) await this.#connection.query(leaveSql, [this.#owner]);
    this.#hasMet = false;
    return this.#others > 0;
  }

  /** Renews the leases and stores the places of all shards; those that stand at one place follow the pages from then on. */
  async #renew(): Promise<void> {
    this.#following = new Set();
    if (this.#owned.length === 0) return;
    const follow = this.groups().length === 1;
    const page = this.#page;
    const values = [...placesOf(this.#owned), follow, this.#renewedPage, page];
    const kept = await this.#keep(this.#owned, renewSql, values);
    this.#renewedPage = page;
    if (follow) this.#following = kept;
  }

  /** False when a shard was taken from this relay since they began to follow. */
  async #storePage(to: Cursor): Promise<boolean> {
    this.#page += 1;
    const values = [this.#owner, this.#fence, this.#page, to.s0, to.s1, to.lastSeq];
    const stored = await this.#connection.query(storePageSql, values);
    return stored.length > 0;
  }

  async #claim(count: number): Promise<boolean> {
    if (count <= 0) return false;
    const values = [this.#owner, this.#leaseSeconds, count];
    const taken = await this.#connection.query<OwnedShard>(claimSql, values);
    if (taken.length === 0) return false;
    const takenShards = new Set(taken.map(({ shard }) => shard));
    this.#owned = [...this.#owned.filter(({ shard }) => !takenShards.has(shard)), ...taken];
    return true;
  }

  async #giveUp(shards: readonly OwnedShard[]): Promise<void> {
    if (shards.length === 0) return;
    this.#owned = this.#owned.filter((owned) => !shards.includes(owned));
    this.#following = new Set();
    await this.#connection.query(releaseSql, [...this.#key(shards), ...placesOf(shards)]);
  }

  #move(shards: ReadonlySet<number>, to: Cursor): void {
    this.#owned = this.#owned.map((owned) =>
      shards.has(owned.shard) ? { ...owned, ...to } : owned,
    );
  }

  async #keep(
    shards: readonly OwnedShard[],
    sql: string,
    values: readonly unknown[],
  ): Promise<ReadonlySet<number>> {
    const rows = await this.#connection.query<{ shard: number; fence?: string }>(sql, [
      ...this.#key(shards),
      this.#leaseSeconds,
      ...values,
    ]);
    this.#fence = rows[0]?.fence ?? this.#fence;
    const kept = new Set(rows.map(({ shard }) => shard));
    const lost = new Set(shards.map(({ shard }) => shard).filter((shard) => !kept.has(shard)));
    this.#owned = this.#owned.filter(({ shard }) => !lost.has(shard));
    return kept;
  }

  #key(shards: readonly OwnedShard[]): unknown[] {
    return [this.#owner, shards.map(({ shard }) => shard), shards.map(({ epoch }) => epoch)];
  }
}

/** As the columns of a statement. */
function placesOf(shards: readonly OwnedShard[]): unknown[] {
  return [
    shards.map(({ s0 }) => s0),
    shards.map(({ s1 }) => s1),
    shards.map(({ lastSeq }) => lastSeq),
  ];
}

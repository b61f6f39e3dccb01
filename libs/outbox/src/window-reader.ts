import type { Cursor, OwnedShard } from './shard-leases.ts';
import type { RelayConnection } from './relay-connection.ts';

/** One row to publish. */
export interface OutboxRow {
  readonly seq: string;
  readonly shard: number;
  readonly topic: string;
  readonly aggregateid: string;
  readonly payload: Buffer;
  readonly headers: Readonly<Record<string, string>>;
  readonly created_at: Date;
}

/** A page of a window, and where the cursor stands once it is published. */
export interface Page {
  readonly rows: readonly OutboxRow[];
  readonly next: Cursor;
  /** True when more rows wait behind this page. */
  readonly hasMore: boolean;
}

/** Bounds of one page. */
export interface PageBounds {
  readonly rowsMax: number;
  readonly bytesMax: number;
}

const rowColumns = 'seq, shard, topic, aggregateid, payload, headers, created_at';

/** A window of more pages than this is paged along the sequence from its first page on. */
const sortedPagesMax = 4;

// The limits keep the planner from walking the whole sequence index to find the order, and a long backlog from being
// read and sorted as a whole: $5 rows say that the window is longer.
const newRows = `
  (select ${rowColumns}, xid from outbox where shard = any($1::smallint[])
    and xid >= pg_snapshot_xmax($2::pg_snapshot) and not pg_visible_in_snapshot(xid, $2::pg_snapshot)
    order by xid limit $5)
  union all
  (select ${rowColumns}, xid from outbox where shard = any($1::smallint[])
    and xid = any(array(select pg_snapshot_xip($2::pg_snapshot))) limit $5)`;

const openSql = `
  with win as materialized (${newRows}),
  found as (select * from win order by seq limit $3),
  sized as (select found.*, sum(octet_length(payload)) over (order by seq) - octet_length(payload)
    as bytes_before from found)
  select cur.snapshot, cur.found, cur."isLong", r.* from
    (select pg_current_snapshot()::text as snapshot, (select count(*)::int from found) as found,
      (select count(*) >= $5 from win) as "isLong") cur
    left join sized r on not cur."isLong" and r.bytes_before < $4::bigint
  order by r.seq`;

/**
 * A sequence below every row of a long window, found without looking at all of them.
 *
 * Transactions that were open at the window's begin are looked at one by one: those that its snapshot names, and of
 * those above its xmax as many in the order of their ids as the server can hold at once. None of the others drew a
 * sequence below all of these: when it drew one, it was open itself and had a higher id, so at least one of these
 * had already ended, with lower sequences. That needs an append to take its transaction id before it draws sequences.
 */
const lowestSql = `
  with recursive walk as (
    (select xid from outbox where xid >= pg_snapshot_xmax($1::pg_snapshot) order by xid limit 1)
    union all
    select (select o.xid from outbox o where o.xid > walk.xid order by o.xid limit 1)
      from walk where walk.xid is not null
  ),
  early as materialized (
    select xid from walk where xid is not null
    limit current_setting('max_connections')::int
      + current_setting('max_prepared_transactions')::int
      + current_setting('max_worker_processes')::int
  )
  select pg_current_snapshot()::text as snapshot, coalesce(min(seq) - 1, 0)::text as below from (
    select seq from outbox where xid = any(array(select xid from early))
    union all
    select seq from outbox where xid = any(array(select pg_snapshot_xip($1::pg_snapshot)))
    offset 0) fenced`;

const restOfWindow = `
  select ${rowColumns} from outbox where shard = any($1::smallint[])
    and seq > $4 and not pg_visible_in_snapshot(xid, $2::pg_snapshot)
    and pg_visible_in_snapshot(xid, $5::pg_snapshot)
  order by seq limit $3`;

/** As many rows as fit into the bytes, at least one. */
const resumeSql = `
  with found as materialized (${restOfWindow}),
  sized as (select found.*, sum(octet_length(payload)) over (order by seq) - octet_length(payload)
    as bytes_before from found)
  select cur.found, r.* from (select count(*)::int as found from found) cur
    left join sized r on r.bytes_before < $6::bigint
  order by r.seq`;

interface FoundRow extends OutboxRow {
  readonly found: number;
}

interface OpenedRow extends FoundRow {
  readonly snapshot: string;
  readonly isLong: boolean;
}

/**
 * Reads what committed between two snapshots, in the order of the sequence.
 *
 * A row is in exactly one window however late its transaction commits, and an open transaction
 * holds back only its own rows. What a page costs does not grow with the backlog.
 */
export async function readPage(
  connection: RelayConnection,
  shards: readonly OwnedShard[],
  bounds: PageBounds,
): Promise<Page> {
  const [first] = shards;
  if (first === undefined) throw new Error('A page needs at least one shard');
  const { s0, s1, lastSeq } = first;
  const ids = shards.map(({ shard }) => shard);
  const { rowsMax, bytesMax } = bounds;
  if (s1 !== null) return await resume(connection, { ids, s0, s1, lastSeq }, bounds);
  const windowMax = sortedPagesMax * rowsMax;
  const values = [ids, s0, rowsMax, bytesMax, windowMax];
  const found = await connection.query<OpenedRow>(openSql, values);
  const [begin] = found;
  if (begin?.isLong !== true) return pageOf(found, { s0, s1: begin?.snapshot ?? s0 }, bounds);
  const [lowest] = await connection.query<Lowest>(lowestSql, [s0]);
  if (lowest === undefined) throw new Error('A statement without a from clause gives one row');
  const window = { ids, s0, s1: lowest.snapshot, lastSeq: lowest.below };
  return await resume(connection, window, bounds);
}

interface Lowest {
  readonly snapshot: string;
  readonly below: string;
}

/** A window whose end is known. */
interface FixedWindow {
  readonly ids: readonly number[];
  readonly s0: string;
  readonly s1: string;
  readonly lastSeq: string;
}

async function resume(
  connection: RelayConnection,
  window: FixedWindow,
  bounds: PageBounds,
): Promise<Page> {
  const { ids, s0, s1, lastSeq } = window;
  const { rowsMax, bytesMax } = bounds;
  const values = [ids, s0, rowsMax, lastSeq, s1, bytesMax];
  return pageOf(await connection.query<FoundRow>(resumeSql, values), window, bounds);
}

function pageOf(
  found: readonly FoundRow[],
  { s0, s1 }: { readonly s0: string; readonly s1: string },
  { rowsMax }: PageBounds,
): Page {
  const rows = found.filter((row) => row.seq !== null);
  const hasMore = rows.length < (found[0]?.found ?? 0) || rows.length >= rowsMax;
  const last = rows.at(-1);
  const next =
    hasMore && last !== undefined
      ? { s0, s1, lastSeq: last.seq }
      : { s0: s1, s1: null, lastSeq: '0' };
  return { rows, next, hasMore };
}

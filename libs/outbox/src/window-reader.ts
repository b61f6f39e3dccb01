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

// The fence (offset 0) keeps the planner from walking the whole sequence index to find the order.
const newRows = `
  select ${rowColumns} from (
    select ${rowColumns} from outbox where shard = any($1::smallint[])
      and xid >= pg_snapshot_xmax($2::pg_snapshot) and not pg_visible_in_snapshot(xid, $2::pg_snapshot)
    union all
    select ${rowColumns} from outbox where shard = any($1::smallint[])
      and xid = any(array(select pg_snapshot_xip($2::pg_snapshot)))
    offset 0) fenced
  order by seq limit $3`;

const restOfWindow = `
  select ${rowColumns} from outbox where shard = any($1::smallint[])
    and seq > $4 and not pg_visible_in_snapshot(xid, $2::pg_snapshot)
    and pg_visible_in_snapshot(xid, $5::pg_snapshot)
  order by seq limit $3`;

/** Rows come with the statement's own snapshot, and as many as fit into the bytes, at least one. */
function pageSql(rows: string, bytesMax: string): string {
  return `
    with found as materialized (${rows}),
    sized as (select found.*, sum(octet_length(payload)) over (order by seq) - octet_length(payload)
      as bytes_before from found)
    select cur.snapshot, cur.found, r.* from
      (select pg_current_snapshot()::text as snapshot, (select count(*)::int from found) as found) cur
      left join sized r on r.bytes_before < ${bytesMax}
    order by r.seq`;
}

const openSql = pageSql(newRows, '$4::bigint');
const resumeSql = pageSql(restOfWindow, '$6::bigint');

interface PageRow extends OutboxRow {
  readonly snapshot: string;
  readonly found: number;
}

/**
 * Reads what committed between two snapshots, in the order of the sequence.
 *
 * A row is in exactly one window however late its transaction commits, and an open transaction
 * holds back only its own rows.
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
  const found =
    s1 === null
      ? await connection.query<PageRow>(openSql, [ids, s0, rowsMax, bytesMax])
      : await connection.query<PageRow>(resumeSql, [ids, s0, rowsMax, lastSeq, s1, bytesMax]);
  const rows = found.filter((row) => row.seq !== null);
  const end = s1 ?? found[0]?.snapshot ?? s0;
  const hasMore = rows.length < (found[0]?.found ?? 0) || rows.length >= rowsMax;
  const last = rows.at(-1);
  const next =
    hasMore && last !== undefined
      ? { s0, s1: end, lastSeq: last.seq }
      : { s0: end, s1: null, lastSeq: '0' };
  return { rows, next, hasMore };
}

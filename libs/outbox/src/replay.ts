import { setTimeout as delay } from 'node:timers/promises';
import { type OperatorNote, type Publisher, assertNote } from '@sluice/messaging';
import { inTransaction } from '@sluice/postgres';
import type { DataSource, EntityManager } from 'typeorm';
import { errors } from './errors.ts';
import { wireOf } from './held-keys.ts';
import { recordAct } from './operator-log.ts';
import { shardOf } from './shard.ts';
import type { OutboxRow } from './window-reader.ts';

/** Which rows to publish again. A beginning is needed, by sequence or by time; both bounds narrow when both are given. */
export interface ReplayRequest extends OperatorNote {
  /** First sequence. */
  readonly fromSeq?: bigint;
  /** Last sequence. */
  readonly toSeq?: bigint;
  /** Appended at this instant or later. */
  readonly from?: Date;
  /** Appended before this instant. */
  readonly to?: Date;
  /** Only events of this key. */
  readonly key?: string;
  /** Only events of this type, by its full name. */
  readonly type?: string;
  /** Rows of this call; `nextSeq` tells where the next one begins. @minimum 1 @maximum 10_000 @default 1_000 */
  readonly rowsMax?: number;
  /** Rows a second, so that live traffic is not held up. @minimum 1 @maximum 10_000 @default 500 */
  readonly ratePerSecond?: number;
  /** Counts what would be published, publishes and records nothing. @default false */
  readonly isDryRun?: boolean;
}

/** What a replay did, or would do. */
export interface ReplayReport {
  readonly isDryRun: boolean;
  /** Rows published again; in a dry run all rows that match. */
  readonly rows: number;
  readonly bytes: number;
  readonly firstSeq: string | null;
  readonly lastSeq: string | null;
  /** Where to go on with `fromSeq`; null when nothing is left. */
  readonly nextSeq: string | null;
}

const rowsOfPage = 200;
const bytesOfPage = 4_194_304;
const most = 10_000;

/** Only what the relay has passed: a row that it has not published yet must not overtake others of its key. */
const matches = `
  o.seq >= $1::bigint and o.seq <= $2::bigint
  and o.created_at >= $3::timestamptz and o.created_at < $4::timestamptz
  and ($5::text is null or o.aggregateid = $5) and ($6::smallint is null or o.shard = $6)
  and ($7::text is null or o.type = $7)
  and exists (select 1 from outbox_place s
    where s.shard = o.shard and pg_visible_in_snapshot(o.xid, s.s0))
  and not exists (select 1 from outbox_dropped d where d.seq = o.seq)
  and not exists (select 1 from outbox_held_event h
    where h.topic = o.topic and h.aggregateid = o.aggregateid and h.seq = o.seq)`;

const pageSql = `
  with found as materialized (
    select o.seq, o.shard, o.topic, o.aggregateid, o.payload, o.headers, o.created_at
    from outbox o where ${matches} order by o.seq limit $8)
  select * from (select found.*, sum(octet_length(payload)) over (order by seq)
      - octet_length(payload) as bytes_before from found) sized
  where bytes_before < ${bytesOfPage} order by seq`;

const countSql = `
  select count(*)::int as rows, coalesce(sum(octet_length(o.payload)), 0)::float as bytes,
    min(o.seq)::text as "firstSeq", max(o.seq)::text as "lastSeq"
  from outbox o where ${matches}`;

const goneSql = `
  select max(last_seq) as last_seq, max(ends_at) as ends_at from outbox_retired`;

const lockSql = `
  select pg_try_advisory_xact_lock(hashtext('sluice.replay'), hashtext(current_schema())) as is_free`;

const seqMax = 9_223_372_036_854_775_807n;

/**
 * Publishes rows that are still kept once more, with the same ids, in their order, at a bounded rate.
 *
 * A consumer drops what its inbox has seen: a replay is for topics that lost data and for consumers that forgot or
 * never saw it. Live events of the same keys go on meanwhile. Rows not yet published, held or dropped are left out.
 * One replay runs at a time per outbox; who asked and why is recorded before the first row and again at the end.
 * @throws Failure OUTBOX_REPLAY_INVALID, OUTBOX_REPLAY_GONE when rows of the range are deleted, OUTBOX_REPLAY_BUSY,
 * OPERATOR_NOTE_MISSING.
 */
export async function replayOutbox(
  parts: { readonly dataSource: DataSource; readonly publisher: Publisher },
  request: ReplayRequest,
): Promise<ReplayReport> {
  assertNote(request);
  assertRange(request);
  const { dataSource, publisher } = parts;
  if (request.isDryRun === true) return await count(dataSource.manager, request);
  return await inTransaction(dataSource, async (lock) => {
    const [answer]: { is_free: boolean }[] = await lock.query(lockSql);
    if (answer?.is_free !== true) throw errors.failure('OUTBOX_REPLAY_BUSY');
    await assertKept(lock, request);
    await record(dataSource, request, { step: 'begun' });
    const report = await publishAll(lock, publisher, request);
    await record(dataSource, request, { step: 'ended', ...report });
    return report;
  });
}

async function count(manager: EntityManager, request: ReplayRequest): Promise<ReplayReport> {
  await assertKept(manager, request);
  const rows: Omit<ReplayReport, 'isDryRun' | 'nextSeq'>[] = await manager.query(
    countSql,
    valuesOf(request, request.fromSeq ?? 0n),
  );
  const [counted = { rows: 0, bytes: 0, firstSeq: null, lastSeq: null }] = rows;
  return { isDryRun: true, ...counted, nextSeq: null };
}

async function publishAll(
  tx: EntityManager,
  publisher: Publisher,
  request: ReplayRequest,
): Promise<ReplayReport> {
  const { rowsMax = 1_000, ratePerSecond = 500 } = request;
  const total = {
    rows: 0,
    bytes: 0,
    firstSeq: null as string | null,
    lastSeq: null as string | null,
  };
  let fromSeq = request.fromSeq ?? 0n;
  for (;;) {
    const startedMs = performance.now();
    const limit = Math.min(rowsOfPage, rowsMax - total.rows, Math.max(ratePerSecond, 1));
    const rows: OutboxRow[] = await tx.query(pageSql, [...valuesOf(request, fromSeq), limit]);
    const [first] = rows;
    const last = rows.at(-1);
    if (first === undefined || last === undefined) {
      return { isDryRun: false, ...total, nextSeq: null };
    }
    await publisher.publish(rows.map(wireOf));
    total.rows += rows.length;
    total.bytes += rows.reduce((bytes, { payload }) => bytes + payload.length, 0);
    total.firstSeq ??= first.seq;
    total.lastSeq = last.seq;
    fromSeq = BigInt(last.seq) + 1n;
    if (total.rows >= rowsMax) return { isDryRun: false, ...total, nextSeq: fromSeq.toString() };
    await delay(
      Math.max((rows.length / ratePerSecond) * 1_000 - (performance.now() - startedMs), 0),
    );
  }
}

async function assertKept(manager: EntityManager, request: ReplayRequest): Promise<void> {
  const rows: { last_seq: string | null; ends_at: Date | null }[] = await manager.query(goneSql);
  const { last_seq: lastSeq = null, ends_at: endsAt = null } = rows[0] ?? {};
  if (lastSeq === null || endsAt === null) return;
  const { fromSeq, from } = request;
  const isSeqKept = fromSeq !== undefined && fromSeq > BigInt(lastSeq);
  const isTimeKept = from !== undefined && from.getTime() >= endsAt.getTime();
  if (isSeqKept || isTimeKept) return;
  const details = {
    earliestSeq: (BigInt(lastSeq) + 1n).toString(),
    earliestTime: endsAt.toISOString(),
  };
  throw errors.failure('OUTBOX_REPLAY_GONE', { details });
}

function assertRange(request: ReplayRequest): void {
  const { fromSeq, toSeq, from, to, rowsMax = 1, ratePerSecond = 1 } = request;
  const hasBeginning = fromSeq !== undefined || from !== undefined;
  const isSeqForward = fromSeq === undefined || toSeq === undefined || fromSeq <= toSeq;
  const isTimeForward = from === undefined || to === undefined || from < to;
  const isBounded = [rowsMax, ratePerSecond].every((bound) => bound >= 1 && bound <= most);
  if (hasBeginning && isSeqForward && isTimeForward && isBounded) return;
  throw errors.failure('OUTBOX_REPLAY_INVALID');
}

function valuesOf({ toSeq, from, to, key, type }: ReplayRequest, fromSeq: bigint): unknown[] {
  return [
    fromSeq.toString(),
    (toSeq ?? seqMax).toString(),
    from ?? '-infinity',
    to ?? 'infinity',
    key ?? null,
    key === undefined ? null : shardOf(key),
    type ?? null,
  ];
}

async function record(
  dataSource: DataSource,
  request: ReplayRequest,
  facts: Readonly<Record<string, unknown>>,
): Promise<void> {
  const { maker, reason, fromSeq, toSeq, from, to, key, type } = request;
  const range = { fromSeq: fromSeq?.toString(), toSeq: toSeq?.toString(), from, to, key, type };
  const subject = { ...range, ...facts };
  await inTransaction(dataSource, (tx) =>
    recordAct(tx, { act: 'outbox.replay', maker, reason, subject }),
  );
}

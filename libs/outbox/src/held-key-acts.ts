import { type OperatorNote, assertNote } from '@sluice/messaging';
import { asFailures, inTransaction } from '@sluice/postgres';
import type { DataSource, EntityManager } from 'typeorm';
import { errors } from './errors.ts';
import { recordAct } from './operator-log.ts';

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

/**
 * What an operator does to a held key.
 *
 * `release`: the relay publishes the key again, in order. `drop-head`: the event at the head is never published and the
 * rest is released. `drop`: none of the waiting events is ever published; later ones go out again.
 */
export interface HeldKeyAct extends OperatorNote {
  readonly kind: 'release' | 'drop-head' | 'drop';
  readonly topic: string;
  readonly key: string;
  /** The head that the operator saw; needed for `drop-head`. */
  readonly headSeq?: string;
}

/** Where the key stands after the act. */
export interface HeldKeyOutcome {
  readonly dropped: number;
  readonly waiting: number;
}

const listSql = `
  select k.topic, k.aggregateid as key, k.state, k.cause_code as "causeCode",
    k.cause_message as "causeMessage", k.held_at as "heldAt", count(e.seq)::int as events,
    coalesce(min(e.seq), 0)::text as "headSeq"
  from outbox_held_key k left join outbox_held_event e using (topic, aggregateid)
  group by k.topic, k.aggregateid order by k.held_at limit $1`;

const lockSql = `
  select 1 from outbox_held_key where topic = $1 and aggregateid = $2 for update`;

const headSql = `
  select min(seq)::text as head from outbox_held_event where topic = $1 and aggregateid = $2`;

/** Dropped events are remembered, so that no replay publishes them. */
const dropSql = `
  with gone as (
    delete from outbox_held_event where topic = $1 and aggregateid = $2
      and ($3::bigint is null or seq = $3) returning seq, headers),
  kept as (insert into outbox_dropped (seq) select seq from gone on conflict do nothing)
  select seq, headers->>'ce_id' as id from gone order by seq`;

const releaseSql = `
  update outbox_held_key k set state = 'releasing' where topic = $1 and aggregateid = $2
  returning (select count(*)::int from outbox_held_event e
    where e.topic = k.topic and e.aggregateid = k.aggregateid) as waiting`;

/** Keys whose events the broker refused, oldest first, at most `limit`. */
export function listHeldKeys(dataSource: DataSource, limit = 100): Promise<readonly HeldKey[]> {
  return asFailures(() => dataSource.query<HeldKey[]>(listSql, [limit]));
}

/**
 * Carries out one act on a held key, and records it. The relay that owns the key's shard goes on at its next look;
 * call `tend` of a relay to have that at once.
 * @throws Failure OUTBOX_KEY_NOT_HELD, OUTBOX_HEAD_CHANGED, OPERATOR_NOTE_MISSING, CARD_NUMBER_REFUSED.
 */
export async function actOnHeldKey(
  dataSource: DataSource,
  act: HeldKeyAct,
): Promise<HeldKeyOutcome> {
  assertNote(act);
  const { kind, topic, key, maker, reason } = act;
  return await inTransaction(dataSource, async (tx) => {
    const locked: unknown[] = await tx.query(lockSql, [topic, key]);
    if (locked.length === 0) throw errors.failure('OUTBOX_KEY_NOT_HELD');
    const gone = kind === 'release' ? [] : await drop(tx, act);
    const [rows]: [{ waiting: number }[], number] = await tx.query(releaseSql, [topic, key]);
    const dropped = gone.length;
    const subject = { topic, key, dropped, events: gone.slice(0, 1_000) };
    await recordAct(tx, { act: `held-key.${kind}`, maker, reason, subject });
    return { dropped, waiting: rows[0]?.waiting ?? 0 };
  });
}

async function drop(tx: EntityManager, act: HeldKeyAct): Promise<readonly unknown[]> {
  const { kind, topic, key, headSeq } = act;
  if (kind === 'drop') return await tx.query<unknown[]>(dropSql, [topic, key, null]);
  const [row]: { head: string | null }[] = await tx.query(headSql, [topic, key]);
  if (headSeq === undefined || row?.head !== headSeq) throw errors.failure('OUTBOX_HEAD_CHANGED');
  return await tx.query<unknown[]>(dropSql, [topic, key, headSeq]);
}

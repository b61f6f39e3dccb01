import {
  type Bury,
  type ParkedAct,
  type ParkedActOutcome,
  type ReceivedMessage,
  parkingErrors,
} from '@sluice/messaging';
import type { FailureClass } from '@sluice/failure';
import type { EntityManager } from 'typeorm';
import { recordAct } from './operator-log.ts';
import { type EventRow, messageOf } from './parked-rows.ts';
import * as sql from './parking-statements.ts';

interface LockedKey {
  readonly attempts: number;
  readonly cause_code: string;
  readonly cause_message: string;
  readonly cause_class: FailureClass;
  readonly is_busy: boolean;
}

/** Events buried in one publish. */
const buriedMax = 100;

/**
 * Carries out one act of an operator in the transaction, under the lock of the key's row.
 *
 * Dead letters are acknowledged before their events are deleted.
 */
export async function actOnKey(
  tx: EntityManager,
  act: ParkedAct,
  { bury, now }: { readonly bury: Bury; readonly now: Date },
): Promise<ParkedActOutcome> {
  const { consumer, key, kind, maker, reason } = act;
  const locked = await lockKey(tx, act, now);
  const head = await headOf(tx, act);
  const isHead = !('seq' in act) || head?.seq === act.seq.toString();
  if (!isHead) throw parkingErrors.failure('PARKED_HEAD_CHANGED');
  const deadLetters = await buryWhatGoes(tx, act, { bury, locked });
  if (kind === 'edit') await tx.query(sql.setPayload, [consumer, key, head?.seq, act.value]);
  const [rest]: { waiting: number }[] = await tx.query(sql.countWaiting, [consumer, key]);
  const waiting = rest?.waiting ?? 0;
  await tx.query(waiting === 0 ? sql.deleteKey : sql.free[freedBy[kind]], [consumer, key]);
  await recordAct(tx, {
    act: `parked-key.${kind}`,
    maker,
    reason,
    subject: { consumer, key, seq: head?.seq, headers: head?.headers, deadLetters, waiting },
    original: kind === 'edit' ? (head?.payload ?? null) : null,
  });
  return { waiting, deadLetters };
}

const freedBy = {
  retry: 'due',
  release: 'fresh',
  skip: 'fresh',
  drop: 'fresh',
  edit: 'unchanged',
} as const satisfies Record<ParkedAct['kind'], keyof typeof sql.free>;

async function lockKey(tx: EntityManager, act: ParkedAct, now: Date): Promise<LockedKey> {
  const rows: LockedKey[] = await tx.query(sql.lockForAct, [act.consumer, act.key, now]);
  const [locked] = rows;
  if (locked === undefined) throw parkingErrors.failure('PARKED_KEY_MISSING');
  if (locked.is_busy) throw parkingErrors.failure('PARKED_KEY_BUSY');
  return locked;
}

async function headOf(
  tx: EntityManager,
  { consumer, key }: ParkedAct,
): Promise<EventRow | undefined> {
  const rows: EventRow[] = await tx.query(sql.waiting, [consumer, key, 1]);
  return rows[0];
}

async function buryWhatGoes(
  tx: EntityManager,
  { kind, consumer, key }: ParkedAct,
  { bury, locked }: { readonly bury: Bury; readonly locked: LockedKey },
): Promise<number> {
  const { attempts, cause_code: code, cause_message: message } = locked;
  const cause = { code, message, failureClass: locked.cause_class };
  const pageMax = kind === 'drop' ? buriedMax : kind === 'skip' ? 1 : 0;
  let buried = 0;
  for (let isMore = pageMax > 0; isMore; isMore = kind === 'drop') {
    const rows: EventRow[] = await tx.query(sql.waiting, [consumer, key, pageMax]);
    const last = rows.at(-1);
    if (last === undefined) break;
    const messages: readonly ReceivedMessage[] = rows.map((row) => messageOf(key, row));
    await bury(messages, { attempts, cause });
    await tx.query(sql.deleteUpTo, [consumer, key, last.seq]);
    buried += rows.length;
  }
  return buried;
}

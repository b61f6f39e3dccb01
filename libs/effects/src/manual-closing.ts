import { refuseCardNumbers } from '@sluice/messaging';
import { inTransaction } from '@sluice/postgres';
import type { DataSource, EntityManager } from 'typeorm';
import type { AnyDefinition, EffectResult } from './definition.ts';
import type { Change, EffectRow, EffectStore } from './effect-store.ts';
import { errors } from './errors.ts';
import { hashOf, toJson } from './json.ts';
import { type EffectState, needsPeople } from './state.ts';

/** What people found out: it happened, it did not and shall not, or it shall be sent again. */
export type ManualVerdict = 'SUCCEEDED' | 'ABANDONED' | 'RESEND';

/** The act of one person on an effect that waits for people. */
export interface ManualClosing {
  readonly key: string;
  /** Who acts; the second person must be another. */
  readonly actor: string;
  /** Why, with the evidence. */
  readonly reason: string;
  readonly verdict: ManualVerdict;
  /** What the provider holds; required for SUCCEEDED. */
  readonly output?: unknown;
}

/** Where the closing stands after an act. */
export interface ManualStep {
  readonly status: 'proposed' | 'closed';
}

interface Ledger {
  readonly dataSource: DataSource;
  readonly store: EffectStore;
  readonly definitionOf: (kind: string) => AnyDefinition;
}

const noteSql = `
  insert into effect_closing (effect_key, step, actor, verdict, reason) values ($1, $2, $3, $4, $5)`;

const proposeSql = `
  update effect set closing_by = $2, closing_verdict = $3, closing_output = $4::jsonb,
    updated_at = clock_timestamp()
  where key = $1`;

/** Proposes, or carries out what another person proposed. */
export async function closeByPeople(ledger: Ledger, closing: ManualClosing): Promise<ManualStep> {
  assertComplete(closing);
  return await inTransaction(ledger.dataSource, async (tx) => {
    const row = await ledger.store.lock(tx, closing.key);
    if (row === undefined) {
      throw errors.failure('EFFECT_UNPLANNED');
    }
    if (!needsPeople(row.state)) {
      throw errors.failure('EFFECT_NOT_MANUAL', { details: { state: row.state } });
    }
    if (!isSameProposal(row, closing)) return await propose(tx, closing);
    if (row.closing_by === closing.actor) {
      throw errors.failure('EFFECT_SAME_ACTOR');
    }
    await carryOut(ledger, tx, { row, closing });
    return { status: 'closed' };
  });
}

async function propose(tx: EntityManager, closing: ManualClosing): Promise<ManualStep> {
  const { key, actor, verdict, reason } = closing;
  await tx.query(noteSql, [key, 'proposed', actor, verdict, reason]);
  const output = closing.output === undefined ? null : toJson(closing.output);
  await tx.query(proposeSql, [key, actor, verdict, output]);
  return { status: 'proposed' };
}

async function carryOut(
  ledger: Ledger,
  tx: EntityManager,
  { row, closing }: { readonly row: EffectRow; readonly closing: ManualClosing },
): Promise<void> {
  const { key, actor, verdict, reason } = closing;
  const definition = ledger.definitionOf(row.kind);
  await tx.query(noteSql, [key, 'confirmed', actor, verdict, reason]);
  await ledger.store.move(tx, row, changeOf(closing, definition.deadlineMs ?? 86_400_000));
  if (verdict === 'RESEND') return;
  const result: EffectResult<unknown> =
    verdict === 'SUCCEEDED'
      ? { state: 'SUCCEEDED', output: closing.output }
      : { state: 'REJECTED', code: 'EFFECT_ABANDONED', detail: reason };
  await definition.settle?.(tx, row, result);
}

function changeOf(
  { actor, verdict, reason, output }: ManualClosing,
  deadlineMs: number,
): Change & { readonly to: EffectState } {
  const code = `EFFECT_CLOSED_${verdict}`;
  if (verdict === 'RESEND') return { to: 'PLANNED', code, deadlineMs };
  const closed = { code, detail: reason, closedBy: actor };
  return verdict === 'SUCCEEDED'
    ? { ...closed, to: 'SUCCEEDED', output }
    : { ...closed, to: 'ABANDONED' };
}

function isSameProposal(row: EffectRow, { verdict, output }: ManualClosing): boolean {
  return (
    row.closing_by !== null &&
    row.closing_verdict === verdict &&
    hashOf(row.closing_output ?? null) === hashOf(output ?? null)
  );
}

function assertComplete({ actor, reason, verdict, output }: ManualClosing): void {
  if (actor.trim() === '' || reason.trim() === '') {
    throw errors.failure('EFFECT_CLOSING_INCOMPLETE');
  }
  if (verdict === 'SUCCEEDED' && (output === undefined || output === null)) {
    throw errors.failure('EFFECT_CLOSING_INCOMPLETE');
  }
  refuseCardNumbers({ actor, reason, output });
}

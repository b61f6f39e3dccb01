import { asFailures } from '@sluice/postgres';
import { scrubText } from '@sluice/pan-guard';
import { activeTraceparent } from '@sluice/telemetry';
import type { DataSource, EntityManager } from 'typeorm';
import type { AnyDefinition } from './definition.ts';
import type { EffectRow } from './effect-store.ts';
import { hashOf, redactByName, toJson } from './json.ts';

/** How one call of the provider ended. */
export type AttemptOutcome =
  | 'SUCCEEDED'
  | 'REJECTED'
  | 'NOT_EXECUTED'
  | 'UNKNOWN'
  | 'FOUND'
  | 'ABSENT';

/** What is kept of the end of a call. */
export interface AttemptEnd {
  readonly outcome: AttemptOutcome;
  readonly reply?: unknown;
  readonly error?: unknown;
}

const beginSql = `
  insert into effect_attempt (effect_key, step, act, epoch, request_hash, request, traceparent)
  values ($1, $2, $3, $4, $5, $6::jsonb, $7)`;

const endSql = `
  update effect_attempt set finished_at = clock_timestamp(), outcome = $3, reply = $4::jsonb,
    code = $5, detail = $6
  where effect_key = $1 and step = $2 and (finished_at is null or code = 'EFFECT_LEASE_OVER')`;

const lostSql = `
  update effect_attempt set finished_at = clock_timestamp(), outcome = 'UNKNOWN',
    code = 'EFFECT_LEASE_OVER', detail = 'Whoever made this call did not come back in time'
  where effect_key = $1 and finished_at is null`;

/** Number of the call that the row's counters stand at; sends and look-ups count together. */
function stepOf(row: EffectRow): number {
  return row.attempts + row.look_ups;
}

/** Writes down that a call is about to be made; commit before the first byte. */
export async function beginAttempt(
  tx: EntityManager,
  row: EffectRow,
  options: { readonly act: 'send' | 'look-up'; readonly definition: AnyDefinition },
): Promise<void> {
  const { act, definition } = options;
  const redact = definition.redact ?? redactByName;
  await tx.query(beginSql, [
    row.key,
    stepOf(row),
    act,
    row.epoch,
    hashOf(row.input),
    toJson(redact(row.input)),
    activeTraceparent()?.traceparent ?? null,
  ]);
}

/** Writes down how the call ended, even when the effect has been taken over: it is evidence. */
export async function endAttempt(
  runner: EntityManager | DataSource,
  row: EffectRow,
  end: AttemptEnd & { readonly definition: AnyDefinition },
): Promise<void> {
  const redact = end.definition.redact ?? redactByName;
  const { code, detail } = describe(end.error);
  await asFailures(() =>
    runner.query(endSql, [
      row.key,
      stepOf(row),
      end.outcome,
      end.reply === undefined ? null : toJson(redact(end.reply)),
      code,
      detail,
    ]),
  );
}

/** Writes down that the call in work was given up. */
export async function loseAttempt(runner: EntityManager, key: string): Promise<void> {
  await runner.query(lostSql, [key]);
}

function describe(error: unknown): { code: string | null; detail: string | null } {
  if (error === undefined) return { code: null, detail: null };
  if (!(error instanceof Error)) return { code: 'NOT_AN_ERROR', detail: null };
  const { code } = error as { code?: unknown };
  return {
    code: typeof code === 'string' ? code : error.name,
    detail: scrubText(error.message.slice(0, 500)),
  };
}

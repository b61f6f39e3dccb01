import { TransientFailure } from '@sluice/failure';
import { inTransaction } from '@sluice/postgres';
import { counter, SpanKind, withSpan } from '@sluice/telemetry';
import type { DataSource } from 'typeorm';
import { beginAttempt, endAttempt, loseAttempt } from './attempts.ts';
import type { AnyDefinition, EffectResult } from './definition.ts';
import { NotExecuted, Rejected, unknownOutcome } from './effect-failures.ts';
import type { Change, EffectRow, EffectStore } from './effect-store.ts';
import { type EffectState, resolve } from './state.ts';

const ended = counter('sluice_effects_ended', 'Effects that ended, by kind and state');
const unknown = counter('sluice_effects_unknown', 'Attempts whose outcome is unknown, by kind');
const toPeople = counter(
  'sluice_effects_manual',
  'Effects that wait for people, by kind and state',
);

const pauseMsMin = 1_000;
const pauseMsMax = 60_000;
/** Longest pause between marking a call as sent and sending it; after a longer one somebody may have taken over. */
const stalenessMsMax = 10_000;
// A provider may ask for any wait; beyond this the effect would pass its deadline unseen.
const askedMsMax = 3_600_000;

/**
 * The steps of one effect. Each returns the row after the step, or undefined when somebody else
 * has moved the effect meanwhile and it must be read again.
 */
export class Performer {
  readonly #dataSource: DataSource;
  readonly #store: EffectStore;

  constructor(dataSource: DataSource, store: EffectStore) {
    this.#dataSource = dataSource;
    this.#store = store;
  }

  /** Claims, sends and ends a planned effect. */
  async send(row: EffectRow, definition: AnyDefinition): Promise<EffectRow | undefined> {
    const claimed = await this.#store.step(row, { to: 'CLAIMED', leaseMs: leaseMsOf(definition) });
    if (claimed === undefined) return undefined;
    const attempt = claimed.attempts + 1;
    const context = { key: row.key, attempt };
    let finishUp: (() => Promise<void> | void) | undefined;
    try {
      finishUp = await definition.prepare?.(row.input, context);
    } catch (error) {
      return await this.#planAgain(claimed, error);
    }
    try {
      const attributes = {
        'sluice.effect.kind': row.kind,
        'sluice.effect.key': row.key,
        'sluice.effect.attempt': attempt,
      };
      return await withSpan(`effect ${row.kind}`, { kind: SpanKind.INTERNAL, attributes }, () =>
        this.#attempt(claimed, definition),
      );
    } finally {
      await finishUp?.();
    }
  }

  /** Finds out what an unknown outcome was. */
  async resolve(row: EffectRow, definition: AnyDefinition): Promise<EffectRow | undefined> {
    const leaseMs = leaseMsOf(definition);
    const hasLookUp = definition.lookUp !== undefined && row.known_result === null;
    const resolving = await inTransaction(this.#dataSource, async (tx) => {
      const step = { to: 'RESOLVING', leaseMs, countsLookUp: hasLookUp } as const;
      const moved = await this.#store.move(tx, row, step);
      if (moved !== undefined && hasLookUp) {
        await beginAttempt(tx, moved, { act: 'look-up', definition });
      }
      return moved;
    });
    if (resolving === undefined) return undefined;
    if (resolving.known_result !== null) {
      return await this.#end(
        resolving,
        definition,
        resolving.known_result as EffectResult<unknown>,
      );
    }
    const matches = hasLookUp ? await this.#lookUp(resolving, definition) : undefined;
    if (matches === lookUpFailed) return await this.#lookLater(resolving);
    if (matches instanceof Rejected) return await this.#end(resolving, definition, endOf(matches));
    const resolution = resolve({
      matches,
      agrees: (output) => definition.agrees?.(row.input, output) ?? true,
      isResendSafe: definition.resendSafe,
    });
    if (resolution.to === 'SUCCEEDED') {
      const { output } = resolution;
      return await this.#end(resolving, definition, { state: 'SUCCEEDED', output });
    }
    return await this.giveUp(resolving, resolution.to, resolution.code);
  }

  /** Leaves the effect to people, or back to planned when it is proven absent. */
  async giveUp(
    row: EffectRow,
    to: 'PLANNED' | 'DUPLICATE' | 'MANUAL',
    code: string,
  ): Promise<EffectRow | undefined> {
    const moved = await this.#store.step(row, { to, code });
    if (moved !== undefined && to !== 'PLANNED') {
      toPeople.add(1, { kind: row.kind, state: to });
    }
    return moved;
  }

  /** Takes over what somebody held and did not finish. */
  async takeOver(row: EffectRow, definition: AnyDefinition): Promise<EffectRow | undefined> {
    if (row.state === 'CLAIMED') return await this.#store.step(row, { to: 'PLANNED' });
    const isKnown = row.known_result !== null;
    const waitMs = row.state === 'SENDING' && !isKnown ? quietMsOf(definition) : 0;
    return await inTransaction(this.#dataSource, async (tx) => {
      const code = 'EFFECT_LEASE_OVER';
      const moved = await this.#store.move(tx, row, { to: 'UNKNOWN', waitMs, code });
      if (moved !== undefined) await loseAttempt(tx, row.key);
      return moved;
    });
  }

  async #attempt(claimed: EffectRow, definition: AnyDefinition): Promise<EffectRow | undefined> {
    const markedFromMs = performance.now();
    const sending = await inTransaction(this.#dataSource, async (tx) => {
      const step = { to: 'SENDING', leaseMs: leaseMsOf(definition), countsAttempt: true } as const;
      const moved = await this.#store.move(tx, claimed, step);
      if (moved !== undefined) await beginAttempt(tx, moved, { act: 'send', definition });
      return moved;
    });
    if (sending === undefined) return undefined;
    const stalenessMs = performance.now() - markedFromMs;
    if (stalenessMs > Math.min(leaseMsOf(definition) / 4, stalenessMsMax)) {
      return await this.#sendLater(sending, definition);
    }
    let output: unknown;
    try {
      output = await definition.send(sending.input, {
        key: sending.key,
        attempt: sending.attempts,
      });
    } catch (error) {
      return await this.#afterError(sending, definition, error);
    }
    return await this.#end(sending, definition, { state: 'SUCCEEDED', output });
  }

  /**
   * The process stood still after it had marked the call. Its lease may be over and the call made by somebody
   * else, so nothing is sent: a send is safe only when it ends within the lease.
   */
  async #sendLater(sending: EffectRow, definition: AnyDefinition): Promise<EffectRow | undefined> {
    const error = new NotExecuted('The process stood still before the call was made');
    await endAttempt(this.#dataSource, sending, { outcome: 'NOT_EXECUTED', error, definition });
    return await this.#store.step(sending, { to: 'PLANNED', code: error.code });
  }

  async #afterError(
    sending: EffectRow,
    definition: AnyDefinition,
    error: unknown,
  ): Promise<EffectRow | undefined> {
    if (error instanceof Rejected) return await this.#end(sending, definition, endOf(error));
    if (error instanceof NotExecuted) {
      await endAttempt(this.#dataSource, sending, { outcome: 'NOT_EXECUTED', error, definition });
      return await this.#planAgain(sending, error);
    }
    unknown.add(1, { kind: sending.kind });
    const waitMs = quietMsOf(definition);
    await inTransaction(this.#dataSource, async (tx) => {
      await endAttempt(tx, sending, { outcome: 'UNKNOWN', error, definition });
      await this.#store.move(tx, sending, { to: 'UNKNOWN', waitMs, code: 'EFFECT_UNKNOWN' });
    });
    throw unknownOutcome(waitMs, error);
  }

  /** Nothing was sent: the effect waits, and the caller hears why. */
  async #planAgain(row: EffectRow, cause: unknown): Promise<never> {
    const asked = cause instanceof TransientFailure ? cause.retryAfterMs : undefined;
    const waitMs = Math.min(asked ?? pauseMsOf(row.attempts), askedMsMax);
    await this.#store.step(row, { to: 'PLANNED', waitMs, code: 'EFFECT_NOT_EXECUTED' });
    if (cause instanceof TransientFailure && asked === waitMs) throw cause;
    throw new NotExecuted('Nothing was sent; the effect is tried again', {
      cause,
      retryAfterMs: waitMs,
    });
  }

  /** One transaction: state, attempt, and what follows from the result. */
  async #end(
    row: EffectRow,
    definition: AnyDefinition,
    result: EffectResult<unknown>,
  ): Promise<EffectRow | undefined> {
    try {
      return await inTransaction(this.#dataSource, async (tx) => {
        const moved = await this.#store.move(tx, row, changeOf(result));
        const wasLooked = row.state === 'RESOLVING' && result.state === 'SUCCEEDED';
        const outcome = wasLooked ? 'FOUND' : result.state;
        const reply = result.state === 'SUCCEEDED' ? result.output : result;
        await endAttempt(tx, row, { outcome, reply, definition });
        if (moved === undefined) return undefined;
        await definition.settle?.(tx, moved, result);
        ended.add(1, { kind: row.kind, state: result.state });
        return moved;
      });
    } catch (error) {
      await this.#store.remember(row, result).catch(() => undefined);
      throw error;
    }
  }

  async #lookUp(
    row: EffectRow,
    definition: AnyDefinition,
  ): Promise<readonly unknown[] | Rejected | typeof lookUpFailed> {
    try {
      const context = { key: row.key, attempt: row.attempts };
      const matches = (await definition.lookUp?.(row.input, context)) ?? [];
      if (matches.length !== 1) {
        const outcome = matches.length === 0 ? 'ABSENT' : 'FOUND';
        await endAttempt(this.#dataSource, row, { outcome, reply: matches, definition });
      }
      return matches;
    } catch (error) {
      if (error instanceof Rejected) return error;
      await endAttempt(this.#dataSource, row, { outcome: 'UNKNOWN', error, definition });
      return lookUpFailed;
    }
  }

  async #lookLater(row: EffectRow): Promise<never> {
    const waitMs = pauseMsOf(row.look_ups);
    await this.#store.step(row, { to: 'UNKNOWN', waitMs, code: 'EFFECT_LOOK_UP_FAILED' });
    throw unknownOutcome(waitMs);
  }
}

const lookUpFailed = Symbol('look-up failed');

function endOf({ code, message, details }: Rejected): EffectResult<unknown> {
  return { state: 'REJECTED', code, detail: message, details };
}

function changeOf(result: EffectResult<unknown>): Change & { readonly to: EffectState } {
  if (result.state === 'SUCCEEDED') return { to: 'SUCCEEDED', output: result.output ?? null };
  const { code, detail, details } = result;
  return { to: 'REJECTED', code, detail, ...(details === undefined ? {} : { details }) };
}

function leaseMsOf(definition: AnyDefinition): number {
  return definition.leaseMs ?? 60_000;
}

function quietMsOf(definition: AnyDefinition): number {
  return definition.quietPeriodMs ?? 30_000;
}

/** Doubles with every attempt, with jitter, within bounds. */
function pauseMsOf(attempts: number): number {
  const bound = Math.min(pauseMsMin * 2 ** Math.min(attempts, 10), pauseMsMax);
  return Math.ceil(bound * (0.5 + Math.random() / 2));
}

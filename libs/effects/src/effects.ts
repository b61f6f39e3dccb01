import { newId } from '@sluice/clock';
import { refuseCardNumbers } from '@sluice/messaging';
import type { DataSource, EntityManager } from 'typeorm';
import {
  type AnyDefinition,
  type EffectDefinition,
  type EffectResult,
  assertSound,
} from './definition.ts';
import { inPeoplesHands, unknownOutcome } from './effect-failures.ts';
import { type EffectRow, EffectStore } from './effect-store.ts';
import {
  type EffectFilter,
  type EffectView,
  type EffectFigures,
  figuresOf,
  listEffects,
} from './effect-list.ts';
import { errors } from './errors.ts';
import { hashOf, toJson } from './json.ts';
import { type ManualClosing, type ManualStep, closeByPeople } from './manual-closing.ts';
import { Performer } from './performer.ts';
import { isTerminal } from './state.ts';

/** An effect to be performed. */
export interface EffectPlan {
  /** Derives from the tenant and the business intent, never from an attempt. */
  readonly key: string;
  readonly kind: string;
  readonly tenant: string;
  /** What it concerns, for operators: an order or payment id. */
  readonly subject: string;
  /** JSON, bigint allowed; no card number, and no secret. */
  readonly input: unknown;
}

const stepsMax = 12;
const leftPlannedMs = 30_000;
const resolversMax = 4;

const planSql = `
  insert into effect (key, tenant, kind, effect_class, subject, input, input_hash, due_at, deadline_at)
  values ($1, $2, $3, $4, $5, $6::jsonb, $7, now() + make_interval(secs => $8::float8),
    now() + make_interval(secs => $9::float8))
  on conflict (key) do nothing returning 1`;

/**
 * The ledger of acts on third parties: at most one live effect per key, over all replicas.
 *
 * What is known to have happened is never done again, what provably did not happen is tried again,
 * and what is unknown is looked up first. Whatever cannot be known waits for two people.
 */
export class Effects {
  readonly #dataSource: DataSource;
  readonly #store: EffectStore;
  readonly #performer: Performer;
  readonly #definitions = new Map<string, AnyDefinition>();
  readonly #workListeners: (() => void)[] = [];

  constructor(options: { readonly dataSource: DataSource }) {
    this.#dataSource = options.dataSource;
    this.#store = new EffectStore(options.dataSource, newId());
    this.#performer = new Performer(options.dataSource, this.#store);
  }

  /** Makes a kind known. @throws Error when it is known already, or could send twice without proof. */
  register<I, O>(definition: EffectDefinition<I, O>): void {
    const known = definition as unknown as AnyDefinition;
    if (this.#definitions.has(definition.kind)) {
      throw new Error(`Effect ${definition.kind} is registered twice`);
    }
    assertSound(known);
    this.#definitions.set(definition.kind, known);
  }

  /**
   * Writes the intent in the caller's transaction; call `perform` after the commit.
   * The same plan again changes nothing.
   * @throws PermanentFailure EFFECT_KEY_REUSED when the key stands for another input.
   * @throws PermanentFailure CARD_NUMBER_REFUSED.
   */
  async plan(tx: EntityManager, plan: EffectPlan): Promise<void> {
    const { key, tenant, kind, subject, input } = plan;
    const definition = this.#definitionOf(kind);
    refuseCardNumbers(input);
    const inputHash = hashOf(input);
    const deadlineMs = definition.deadlineMs ?? 86_400_000;
    const planned: unknown[] = await tx.query(planSql, [
      key,
      tenant,
      kind,
      definition.effectClass,
      subject,
      toJson(input),
      inputHash,
      leftPlannedMs / 1_000,
      deadlineMs / 1_000,
    ]);
    if (planned.length === 1) return;
    const known = await this.#store.lock(tx, key);
    if (known?.input_hash !== inputHash || known.kind !== kind || known.tenant !== tenant) {
      throw errors.failure('EFFECT_KEY_REUSED');
    }
  }

  /**
   * Takes the effect as far as it goes now, and returns its result when it has ended.
   *
   * Safe to call at any time, from any replica, any number of times; never inside a transaction.
   * @throws TransientFailure EFFECT_UNKNOWN, EFFECT_IN_PROGRESS, EFFECT_WAITING or
   * EFFECT_NOT_EXECUTED with the time after which it pays to ask again.
   * @throws PermanentFailure EFFECT_MANUAL or EFFECT_DUPLICATE when it waits for people, and
   * EFFECT_UNPLANNED when there is no such effect.
   */
  async perform<O>(key: string): Promise<EffectResult<O>> {
    this.#tellOfWork();
    let row = await this.#loaded(key);
    for (let step = 0; step < stepsMax; step += 1) {
      const result = resultOf<O>(row);
      if (result !== undefined) return result;
      row = (await this.#takeStep(row)) ?? (await this.#loaded(key));
    }
    throw errors.failure('EFFECT_IN_PROGRESS', { retryAfterMs: 1_000 });
  }

  /**
   * Takes up what was left: calls that nobody came back from, unknown outcomes whose quiet period
   * is over, and plans that nobody performed. Run it every few seconds in every replica.
   * @returns how many of them have ended.
   */
  async resolveDue(limit = 50): Promise<number> {
    const keys = [...(await this.#store.due([...this.#definitions.keys()], limit))];
    let endedCount = 0;
    const work = async (): Promise<void> => {
      for (let key = keys.shift(); key !== undefined; key = keys.shift()) {
        // Each effect fails for itself; its row says why and when it is due again.
        const hasEnded = await this.perform(key).then(
          () => true,
          () => false,
        );
        if (hasEnded) endedCount += 1;
      }
    };
    await Promise.all(Array.from({ length: resolversMax }, work));
    return endedCount;
  }

  /** True when an effect of a known kind has not ended, so that `resolveDue` may find it due before long. */
  async hasOpen(): Promise<boolean> {
    return await this.#store.hasOpen([...this.#definitions.keys()]);
  }

  /**
   * Calls back whenever this process takes up an effect, which it may leave open. Who runs `resolveDue` can rest
   * meanwhile, when `hasOpen` was false; what other processes leave open is due later than their leases.
   */
  onWork(listener: () => void): void {
    this.#workListeners.push(listener);
  }

  /** Effects with their attempts, newest first, for operators. */
  list(filter: EffectFilter = {}): Promise<readonly EffectView[]> {
    return listEffects(this.#dataSource, filter);
  }

  /** How many effects stand where, and how old the oldest open one is. */
  figures(): Promise<EffectFigures> {
    return figuresOf(this.#dataSource);
  }

  /**
   * Closes an effect that waits for people. The first call proposes; a second one by another
   * person with the same verdict carries it out, with `settle` in the same transaction.
   * @throws PermanentFailure EFFECT_NOT_MANUAL, EFFECT_SAME_ACTOR or EFFECT_UNPLANNED.
   */
  async closeManually(closing: ManualClosing): Promise<ManualStep> {
    const step = await closeByPeople(
      {
        dataSource: this.#dataSource,
        store: this.#store,
        definitionOf: (kind) => this.#definitionOf(kind),
      },
      closing,
    );
    this.#tellOfWork();
    return step;
  }

  #tellOfWork(): void {
    for (const listener of this.#workListeners) listener();
  }

  async #takeStep(row: EffectRow): Promise<EffectRow | undefined> {
    const definition = this.#definitionOf(row.kind);
    switch (row.state) {
      case 'MANUAL':
      case 'DUPLICATE':
        throw inPeoplesHands(row.state, row.code ?? 'unknown');
      case 'CLAIMED':
        if (row.lease_ms > 0)
          throw errors.failure('EFFECT_IN_PROGRESS', { retryAfterMs: soon(row) });
        return await this.#performer.takeOver(row, definition);
      case 'SENDING':
      case 'RESOLVING':
        if (row.lease_ms > 0) throw unknownOutcome(soon(row));
        return await this.#performer.takeOver(row, definition);
      case 'UNKNOWN':
        if (row.wait_ms > 0) throw unknownOutcome(row.wait_ms);
        return await this.#resolveOrGiveUp(row, definition);
      default:
        if (row.is_overdue) return await this.#performer.giveUp(row, 'MANUAL', 'EFFECT_OVERDUE');
        if (row.wait_ms > 0) throw errors.failure('EFFECT_WAITING', { retryAfterMs: row.wait_ms });
        return await this.#performer.send(row, definition);
    }
  }

  // An overdue effect is looked up once more before people are asked.
  async #resolveOrGiveUp(
    row: EffectRow,
    definition: AnyDefinition,
  ): Promise<EffectRow | undefined> {
    if (!row.is_overdue || row.look_ups === 0)
      return await this.#performer.resolve(row, definition);
    return await this.#performer.giveUp(row, 'MANUAL', 'EFFECT_OVERDUE');
  }

  async #loaded(key: string): Promise<EffectRow> {
    const row = await this.#store.load(key);
    if (row !== undefined) return row;
    throw errors.failure('EFFECT_UNPLANNED');
  }

  #definitionOf(kind: string): AnyDefinition {
    const definition = this.#definitions.get(kind);
    if (definition === undefined) throw new Error(`Effect kind ${kind} is not registered`);
    return definition;
  }
}

/** When to ask again about an effect that somebody holds. */
function soon({ lease_ms: leaseMs }: EffectRow): number {
  return Math.min(leaseMs, 1_000);
}

function resultOf<O>(row: EffectRow): EffectResult<O> | undefined {
  if (!isTerminal(row.state)) return undefined;
  if (row.state === 'SUCCEEDED') return { state: 'SUCCEEDED', output: row.output as O };
  const code = row.state === 'ABANDONED' ? 'EFFECT_ABANDONED' : (row.code ?? 'REJECTED');
  const details = row.details === null ? {} : { details: row.details };
  return { state: 'REJECTED', code, detail: row.detail ?? '', ...details };
}

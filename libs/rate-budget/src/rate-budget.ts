import { setTimeout as sleep } from 'node:timers/promises';
import { type Clock, newId, systemClock } from '@sluice/clock';
import type { Failure } from '@sluice/failure';
import { asFailures } from '@sluice/postgres';
import { counter, histogram } from '@sluice/telemetry';
import type { DataSource } from 'typeorm';
import { errors } from './errors.ts';
import { blockSql, createSql, grantSql, hintSql, releaseSql } from './statements.ts';

/** How much of a vendor's API all replicas may use together. */
export interface RateBudgetOptions {
  /** Names the budget; the tenant belongs into it, for example `demo/zoho`. */
  readonly name: string;
  /** Calls that may begin in any minute. @minimum 1 */
  readonly perMinute: number;
  /** Calls that may run at the same moment. @minimum 1 */
  readonly concurrency: number;
  /** A permit that was never released, by a crash, counts no longer than this. @default 60_000 */
  readonly permitLeaseMs?: number;
  /**
   * Length of the window in which `perMinute` calls may begin. Longer than a minute, since calls
   * granted a minute apart may arrive at the vendor closer together. @default 62_000
   */
  readonly windowMs?: number;
  readonly clock?: Clock;
}

/** Leave to make one call. */
export interface Permit {
  /** Gives the place back; call it when the call has ended, however it ended. Never throws. */
  release(): Promise<void>;
}

const pauseMsMin = 25;
const pauseMsMax = 1_000;
/** Longest pause while all places are taken, which a permit given back by another replica may end at any moment. */
const takenPauseMsMax = 200;
const queueMsMin = 500;

const waited = histogram('sluice_rate_budget_wait_ms', 'Time that calls waited for a permit');
const refused = counter('sluice_rate_budget_refused', 'Permits not granted within the wait');

/**
 * Permits for calls of a vendor, shared by every replica through one row of Postgres.
 *
 * In any window at most `perMinute` permits are granted, and at most `concurrency` are out at once;
 * time is the database's. Callers of one process are served in the order of their asking.
 */
export class RateBudget {
  readonly #dataSource: DataSource;
  readonly #options: Required<RateBudgetOptions>;
  #tail: Promise<void> = Promise.resolve();
  /** Resolves when a permit of this process is given back. */
  #freed = Promise.withResolvers<void>();
  #isCreated = false;

  constructor(dataSource: DataSource, options: RateBudgetOptions) {
    this.#dataSource = dataSource;
    this.#options = { permitLeaseMs: 60_000, windowMs: 62_000, clock: systemClock, ...options };
  }

  /**
   * Waits for a permit, at most `waitMsMax` (0: asks once).
   * @throws TransientFailure RATE_BUDGET_EXHAUSTED with the time after which it pays to ask again.
   */
  async acquire(options: { readonly waitMsMax: number }): Promise<Permit> {
    const { clock, name } = this.#options;
    const askedAtMs = clock.monotonicMs();
    const permitId = await this.#inTurn(askedAtMs + options.waitMsMax);
    waited.record(clock.monotonicMs() - askedAtMs, { budget: name });
    return { release: () => this.#release(permitId) };
  }

  /** Grants nothing before the instant, in every replica; a later instant given before stays. */
  async block(untilMs: number): Promise<void> {
    await this.#create();
    await asFailures(() => this.#dataSource.query(blockSql, [this.#options.name, untilMs / 1_000]));
  }

  // Callers stand in line, so that one at a time asks the row; who is late leaves the line.
  async #inTurn(deadlineMs: number): Promise<string> {
    const ahead = this.#tail;
    const mine = Promise.withResolvers<void>();
    this.#tail = ahead.then(() => mine.promise);
    const leftMs = Math.max(deadlineMs - this.#options.clock.monotonicMs(), queueMsMin);
    const timer = new AbortController();
    const late = sleep(leftMs, true, { signal: timer.signal }).catch(() => false);
    try {
      if (await Promise.race([ahead.then(() => false), late])) throw this.#exhausted(pauseMsMax);
      return await this.#waitForGrant(deadlineMs);
    } finally {
      timer.abort();
      mine.resolve();
    }
  }

  async #waitForGrant(deadlineMs: number): Promise<string> {
    const { clock } = this.#options;
    for (let takenMs = pauseMsMin; ; takenMs = Math.min(takenMs * 2, takenPauseMsMax)) {
      const freed = this.#freed.promise;
      const permitId = await this.#tryGrant();
      if (permitId !== undefined) return permitId;
      const hintMs = await this.#waitHintMs();
      const leftMs = deadlineMs - clock.monotonicMs();
      // Only the window is certain to last; a permit may come back at any moment.
      if (hintMs.certain > leftMs || leftMs <= 0) throw this.#exhausted(hintMs.likely);
      const pauseMs = Math.min(Math.max(hintMs.certain, takenMs), pauseMsMax, leftMs);
      await pauseUntil(freed, pauseMs * (0.9 + Math.random() * 0.2));
    }
  }

  async #tryGrant(): Promise<string | undefined> {
    const { name, perMinute, concurrency, permitLeaseMs, windowMs } = this.#options;
    await this.#create();
    const permitId = newId();
    const values = [
      name,
      permitId,
      perMinute,
      concurrency,
      windowMs / 1_000,
      permitLeaseMs / 1_000,
    ];
    const [rows] = await asFailures(() =>
      this.#dataSource.query<[unknown[], number]>(grantSql, values),
    );
    return rows.length === 1 ? permitId : undefined;
  }

  async #waitHintMs(): Promise<{ certain: number; likely: number }> {
    const { name, perMinute, windowMs } = this.#options;
    const rows = await asFailures(() =>
      this.#dataSource.query<{ wait_ms: number }[]>(hintSql, [name, perMinute, windowMs / 1_000]),
    );
    const certain = Math.max(0, Math.ceil(rows[0]?.wait_ms ?? 0));
    return { certain, likely: Math.max(certain, pauseMsMax) };
  }

  async #create(): Promise<void> {
    if (this.#isCreated) return;
    await asFailures(() => this.#dataSource.query(createSql, [this.#options.name]));
    this.#isCreated = true;
  }

  async #release(permitId: string): Promise<void> {
    // A release that is lost heals when the permit's lease ends.
    await this.#dataSource.query(releaseSql, [this.#options.name, permitId]).catch(() => undefined);
    this.#freed.resolve();
    this.#freed = Promise.withResolvers<void>();
  }

  #exhausted(retryAfterMs: number): Failure {
    const { name } = this.#options;
    refused.add(1, { budget: name });
    return errors.failure('RATE_BUDGET_EXHAUSTED', { retryAfterMs, details: { budget: name } });
  }
}

async function pauseUntil(event: Promise<void>, longestMs: number): Promise<void> {
  const timer = new AbortController();
  const passed = sleep(longestMs, undefined, { signal: timer.signal }).catch(() => undefined);
  await Promise.race([event, passed]);
  timer.abort();
}

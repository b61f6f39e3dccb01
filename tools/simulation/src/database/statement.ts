import type pg from 'pg';
import { isSettledWithin, type Backend } from './backend.ts';
import type { Backends } from './backends.ts';

/** Real time before a statement that has not ended is suspected to wait for a lock; doubled while it does not. */
const patienceMs = 2;
const patienceMsMax = 8;
const mayWait = /^\s*(?:with|insert|update|delete|truncate)\b|\bfor update\b/i;
const needsTime = /^\s*(?:with|insert|update)\b|\b(?:now|clock_timestamp)\(\)/i;

/** How a statement ended. */
export type StatementEnd =
  | { readonly result: pg.QueryResult }
  | { readonly error: Error & { code?: string } };

/** One statement at work in PostgreSQL, which may have to wait for a lock. */
export class Statement {
  readonly text: string;
  readonly backend: Backend;
  readonly #settled: Promise<void>;
  #end: StatementEnd | undefined;
  blockers: readonly number[] = [];

  constructor(backend: Backend, text: string, values: readonly unknown[] | undefined) {
    this.backend = backend;
    this.text = text;
    this.#settled = backend.query(text, values).then(
      (result) => {
        this.#end = { result };
      },
      (error: unknown) => {
        this.#end = { error: error as Error };
      },
    );
  }

  get end(): StatementEnd | undefined {
    return this.#end;
  }

  /** True when it has ended; false when it waits for a lock that another connection holds. */
  async endsOrBlocks(backends: Backends): Promise<boolean> {
    if (!mayWait.test(this.text)) {
      await this.#settled;
      return true;
    }
    for (let realMs = patienceMs; ; realMs = Math.min(2 * realMs, patienceMsMax)) {
      if (await isSettledWithin(this.#settled, realMs)) return true;
      const blockers = await backends.blockersOf(this.backend);
      if (this.#end !== undefined) return true;
      this.blockers = blockers;
      if (blockers.length > 0) return false;
    }
  }

  /** Gives a waiting statement up. Once: a second request might reach the statement behind it. */
  async cancel(backends: Backends): Promise<void> {
    if (this.#end !== undefined) return;
    await backends.cancel(this.backend);
    await this.#settled;
  }
}

/** True when the statement looks at the clock, itself or by a default. */
export function looksAtClock(text: string): boolean {
  return needsTime.test(text);
}

/** First words of a statement, without what differs from run to run. */
export function labelOf(text: string): string {
  return text
    .replaceAll(/simulation_\w+/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .slice(0, 48);
}

/** What a statement does to the transaction of its connection. */
export function transactionStep(text: string): 'begins' | 'ends' | 'commits' | undefined {
  const [word = ''] = text.trimStart().toLowerCase().split(/[\s;]/, 1);
  if (word === 'begin' || word === 'start') return 'begins';
  if (word === 'commit') return 'commits';
  return word === 'rollback' ? 'ends' : undefined;
}

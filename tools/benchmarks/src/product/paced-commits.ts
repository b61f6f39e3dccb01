import { setTimeout as sleep } from 'node:timers/promises';

/** Events that are due at fixed times, whatever becomes of earlier ones. */
export interface PacePlan {
  readonly count: number;
  readonly ratePerSecond: number;
  /**
   * Least time from the beginning of a commit to the next; what gets due meanwhile waits, and its time counts.
   * Without it commits follow one another as fast as they can and take whatever time of the processors is left.
   * @default 0
   */
  readonly commitEveryMs?: number;
}

/** When events were due and when they were committed, on the wall clock. */
export interface PaceResult {
  /** Event i was due at this time plus i times the interval. */
  readonly startedAtMs: number;
  readonly committedAtMs: readonly number[];
}

const leadMs = 100;
const batchMax = 256;

/** Milliseconds since 1970, finer than `Date.now`. */
export function wallClockMs(): number {
  return performance.timeOrigin + performance.now();
}

/**
 * Commits events as they get due. What gets due while a commit is under way joins the next one, and
 * keeps the time at which it was due: a slow commit is not left out of what is measured.
 */
export async function paceCommits(
  plan: PacePlan,
  commit: (from: number, to: number) => Promise<void>,
): Promise<PaceResult> {
  const startedAtMs = wallClockMs() + leadMs;
  const intervalMs = 1_000 / plan.ratePerSecond;
  const committedAtMs: number[] = [];
  let nextCommitMs = startedAtMs;
  while (committedAtMs.length < plan.count) {
    const from = committedAtMs.length;
    const waitMs = nextCommitMs - wallClockMs();
    if (waitMs > 0) {
      await sleep(waitMs);
      continue;
    }
    const due = Math.floor((wallClockMs() - startedAtMs) / intervalMs) + 1;
    const to = Math.min(due, plan.count, from + batchMax);
    if (to <= from) {
      await sleep(1);
      continue;
    }
    nextCommitMs = wallClockMs() + (plan.commitEveryMs ?? 0);
    await commit(from, to);
    const atMs = wallClockMs();
    for (let event = from; event < to; event += 1) committedAtMs.push(atMs);
  }
  return { startedAtMs, committedAtMs };
}

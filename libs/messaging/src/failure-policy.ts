import { classify, Failure, TransientFailure } from '@sluice/failure';
import type { FailureClass } from '@sluice/failure';
import { scrubText } from '@sluice/pan-guard';
import type { ConsumePlan } from './consume.decorator.ts';
import type { ParkedCause } from './parking-store.ts';
import { jitteredDelayMs } from './retry-delay.ts';

/** What to do with a message that failed. */
export type Verdict =
  | { readonly kind: 'wait-for-dependency' }
  | { readonly kind: 'retry'; readonly delayMs: number }
  | { readonly kind: 'park'; readonly delayMs: number }
  | { readonly kind: 'quarantine' }
  | { readonly kind: 'dead-letter' };

/** Longest pause in place; a longer wait parks the key, so that it does not hold its place in memory. */
export const IN_PLACE_DELAY_MS_MAX = 10_000;
/** Pause before the first replay of a parked key; doubles each time. */
export const PARK_DELAY_MS = 5_000;
export const PARK_DELAY_MS_MAX = 600_000;
/** Attempts of a parked head that fails with a bug, those in place included, before its key is quarantined. */
export const PARKED_ATTEMPTS_MAX = 20;

const messageCharsMax = 500;

/** Decides after an attempt in place. `attempts` counts those made, the failed one included. */
export function verdictInPlace(error: unknown, attempts: number, plan: ConsumePlan): Verdict {
  const failureClass = classify(error);
  if (failureClass === 'dependency-down') return { kind: 'wait-for-dependency' };
  if (failureClass === 'poison' && !plan.raw) return { kind: 'dead-letter' };
  const parks = plan.onFailure === 'park';
  if (failureClass === 'permanent' || failureClass === 'poison') {
    return { kind: parks ? 'quarantine' : 'dead-letter' };
  }
  const askedMs = error instanceof TransientFailure ? (error.retryAfterMs ?? 0) : 0;
  if (askedMs > IN_PLACE_DELAY_MS_MAX && parks) return { kind: 'park', delayMs: askedMs };
  if (attempts >= plan.attemptsMax) {
    return parks ? { kind: 'park', delayMs: PARK_DELAY_MS } : { kind: 'dead-letter' };
  }
  const jittered = jitteredDelayMs(attempts, {
    delayMs: plan.retryDelayMs,
    delayMsMax: IN_PLACE_DELAY_MS_MAX,
  });
  return { kind: 'retry', delayMs: Math.min(Math.max(jittered, askedMs), IN_PLACE_DELAY_MS_MAX) };
}

/** How long the head of a parked key has been failing. */
export interface ParkedRecord {
  /** Attempts made, the failed one included. */
  readonly attempts: number;
  readonly failingForMs: number;
  /** A transient failure may last so long. */
  readonly retryMsMax: number;
}

/**
 * Decides after the replay of a parked head. What is transient is bounded by time, because an outage elsewhere
 * lasts hours however often it is looked at; a bug is bounded by attempts.
 */
export function verdictOnReplay(error: unknown, record: ParkedRecord): Verdict {
  const { attempts, failingForMs, retryMsMax } = record;
  const failureClass = classify(error);
  if (failureClass === 'dependency-down') return { kind: 'wait-for-dependency' };
  if (failureClass === 'permanent' || failureClass === 'poison') return { kind: 'quarantine' };
  const isOver =
    failureClass === 'transient' ? failingForMs >= retryMsMax : attempts >= PARKED_ATTEMPTS_MAX;
  if (isOver) return { kind: 'quarantine' };
  const askedMs = error instanceof TransientFailure ? (error.retryAfterMs ?? 0) : 0;
  const doublings = Math.min(Math.max(attempts - 5, 0), 20);
  const backoffMs = Math.min(PARK_DELAY_MS * 2 ** doublings, PARK_DELAY_MS_MAX);
  return { kind: 'park', delayMs: Math.max(askedMs, backoffMs) };
}

/** Says why in stable words, without card numbers; bugs have the code `UNEXPECTED_ERROR`. */
export function causeOf(error: unknown): ParkedCause {
  const failureClass: FailureClass = classify(error);
  const code = error instanceof Failure ? error.code : 'UNEXPECTED_ERROR';
  const text = error instanceof Error ? error.message : String(error);
  const readable = text.slice(0, messageCharsMax).replaceAll('\0', '\uFFFD');
  return { code, failureClass, message: scrubText(readable) };
}

import {
  type Failure,
  PermanentFailure,
  TransientFailure,
  type FailureOptions,
  type TransientOptions,
} from '@sluice/failure';
import { errors } from './errors.ts';

/**
 * The request provably had no effect: connection refused, 429, an expired token.
 * The effect stays planned and is sent again.
 */
export class NotExecuted extends TransientFailure {
  constructor(reason: string, options: TransientOptions = {}) {
    super('EFFECT_NOT_EXECUTED', reason, options);
  }
}

/** The vendor understood and refused: the effect ends as REJECTED with this code and sentence. */
export class Rejected extends PermanentFailure {
  constructor(code: string, detail: string, options: FailureOptions = {}) {
    super(code, detail, options);
  }
}

/** The outcome is not known yet; ask again after the time given. */
export function unknownOutcome(retryAfterMs: number, cause?: unknown): Failure {
  return errors.failure('EFFECT_UNKNOWN', {
    retryAfterMs,
    ...(cause === undefined ? {} : { cause }),
  });
}

/** Only two people can close the effect. */
export function inPeoplesHands(state: 'MANUAL' | 'DUPLICATE', reason: string): Failure {
  return errors.failure(`EFFECT_${state}`, { details: { reason } });
}

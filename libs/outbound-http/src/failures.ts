import { TransientFailure } from '@sluice/failure';

/** The request provably never left: no connection could be made. Sending again is safe. */
export class HttpNotSent extends TransientFailure {
  constructor(message: string, cause?: unknown) {
    super('HTTP_NOT_SENT', message, cause === undefined ? {} : { cause });
  }
}

/** The request may have been executed: the answer is missing, cut or too large. Never send blindly again. */
export class HttpOutcomeUnknown extends TransientFailure {
  constructor(message: string, cause?: unknown) {
    super('HTTP_OUTCOME_UNKNOWN', message, cause === undefined ? {} : { cause });
  }
}

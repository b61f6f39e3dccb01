import type { Money } from '@sluice/money';

/** The refund counter of one capture; a reserved refund counts as refunded. */
export interface Capture {
  readonly tenant: string;
  readonly paymentId: string;
  readonly transactionId: string;
  readonly captured: Money;
  readonly refundedMinor: bigint;
  readonly isVoided: boolean;
}

/** Amount of a capture that may still go back. */
export function refundableOf(capture: Capture): Money {
  return { ...capture.captured, minor: capture.captured.minor - capture.refundedMinor };
}

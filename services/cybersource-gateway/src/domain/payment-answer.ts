import type { Payment, PaymentState } from './payment.ts';

/** What the API says about a payment. */
export interface PaymentAnswer {
  readonly paymentId: string;
  /** `unknown` while Cybersource has not told how the call ended. */
  readonly status: Exclude<PaymentState, 'pending'> | 'unknown';
  readonly transactionId?: string;
  /** Why it was declined or is held, as Cybersource spells it. */
  readonly reason?: string;
}

/** The answer for a payment as it stands. */
export function answerOf(payment: Payment): PaymentAnswer {
  const [reason] = payment.reasonCodes;
  return {
    paymentId: payment.paymentId,
    status: payment.state === 'pending' ? 'unknown' : payment.state,
    ...(payment.transactionId === '' ? {} : { transactionId: payment.transactionId }),
    ...(reason === undefined ? {} : { reason }),
  };
}

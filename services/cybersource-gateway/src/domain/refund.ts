import { formatDecimal, type Money } from '@sluice/money';
import { refundableOf, type Capture } from './capture.ts';
import type { Payment } from './payment.ts';

/** How a refund stands; `reserved` while its outcome is open. */
export type RefundState = 'reserved' | 'succeeded' | 'rejected';

/** One refund of a capture. */
export interface Refund {
  readonly tenant: string;
  readonly refundId: string;
  readonly paymentId: string;
  readonly amount: Money;
  readonly state: RefundState;
  /** Key of the effect that sends it; empty when it was made outside the gateway. */
  readonly effectKey: string;
  readonly transactionId: string;
  /** Why Cybersource refused it; null unless it did. */
  readonly rejection: RefundRefusal | null;
}

/** Names under which the function catalogue knows the refusals of a refund. */
export type RefusalName = 'refund-exceeds-captured' | 'refund-refused' | 'payment-not-found';

/** Why an amount cannot be refunded, as a name and one sentence. */
export interface RefundRefusal {
  readonly name: RefusalName;
  readonly detail: string;
}

/**
 * Says why an amount may not be refunded; undefined when it may.
 *
 * The sentence names what is left, because it reaches whoever asked.
 */
export function refuseRefund(
  payment: Payment | undefined,
  capture: Capture | undefined,
  amount: Money,
): RefundRefusal | undefined {
  if (payment === undefined) {
    return { name: 'payment-not-found', detail: 'No payment with this id is known.' };
  }
  const refused = (detail: string): RefundRefusal => ({ name: 'refund-refused', detail });
  if (capture === undefined) {
    return refused(`Nothing of payment ${payment.paymentId} was captured: it is ${payment.state}.`);
  }
  if (capture.isVoided) return refused(`Payment ${payment.paymentId} was voided.`);
  if (amount.currency !== capture.captured.currency) {
    return refused(`The payment is in ${capture.captured.currency}, not in ${amount.currency}.`);
  }
  if (amount.minor <= 0n) return refused('The amount of a refund must be above zero.');
  const left = refundableOf(capture);
  if (amount.minor <= left.minor) return undefined;
  return {
    name: 'refund-exceeds-captured',
    detail:
      `A refund of ${spell(amount)} exceeds what is left to refund: ${spell(left)} of the ` +
      `captured ${spell(capture.captured)}.`,
  };
}

function spell(money: Money): string {
  return `${formatDecimal(money)} ${money.currency}`;
}

import type { Money } from '@sluice/money';
import type { Transaction } from './transaction.ts';

/** How a payment stands; `pending` until Cybersource told anything. */
export type PaymentState =
  | 'pending'
  | 'in_review'
  | 'authorized'
  | 'captured'
  | 'declined'
  | 'voided'
  | 'refunded';

/** State that a fact moves a payment to. */
export type ToldState = Exclude<PaymentState, 'pending'>;

/** One payment as the gateway keeps it. */
export interface Payment {
  readonly tenant: string;
  readonly paymentId: string;
  readonly orderId: string;
  readonly orderNumber: string;
  readonly shopId: string;
  readonly merchantId: string;
  readonly state: PaymentState;
  /** Counts the changes of state; 0 while none was published. */
  readonly version: number;
  readonly amount: Money;
  readonly isCaptureRequested: boolean;
  readonly transactionId: string;
  readonly rootTransactionId: string;
  readonly vendorStatus: string;
  readonly reasonCodes: readonly string[];
  readonly email: string;
  readonly fullName: string;
  readonly cardType: string;
  readonly cardLast4: string;
  readonly reconciliationId: string;
  readonly riskScore: number | null;
  readonly riskFactorCodes: readonly string[];
  readonly riskProfile: string;
  readonly ipAddress: string;
  readonly billingCountry: string;
  readonly shippingCountry: string;
  readonly refundedMinor: bigint;
  /** Trace that the payment was asked in; empty when there was none. */
  readonly traceparent: string;
}

/** What was told about a payment: by the reply of a call, by a notification, or by a look-up. */
export interface PaymentFact {
  readonly state: ToldState;
  readonly toldBy: 'reply' | 'webhook' | 'lookup';
  /** Name of the notification's event, when one told it. */
  readonly eventType: string | null;
  readonly transaction: Transaction;
  /** Our id of the refund, for state refunded; the caller lets each refund through once. */
  readonly refundId: string | null;
}

/** One change of state: it leaves as one event. */
export interface PaymentChange {
  /** The payment after this change. */
  readonly payment: Payment;
  readonly fact: PaymentFact;
  /** Amount of this step. */
  readonly amount: Money;
}

const nextStates: Readonly<Record<PaymentState, readonly ToldState[]>> = {
  pending: ['in_review', 'authorized', 'captured', 'declined', 'voided'],
  in_review: ['authorized', 'captured', 'declined', 'voided'],
  authorized: ['captured', 'voided'],
  captured: ['voided', 'refunded'],
  refunded: ['refunded'],
  declined: [],
  voided: [],
};

/**
 * Applies what was told to a payment.
 *
 * A payment never moves backwards: a fact that is behind its state, or repeats it, changes nothing.
 * A fact that arrives before the ones it rests on implies them (a capture rests on an authorisation,
 * a refund on a capture), so that every order of arrival gives the same sequence of changes. A sale
 * is captured as soon as it is authorised.
 */
export function applyFact(
  payment: Payment,
  fact: PaymentFact,
): { readonly payment: Payment; readonly changes: readonly PaymentChange[] } {
  const changes: PaymentChange[] = [];
  let current = payment;
  const steps = stepsTo(payment, fact.state);
  for (const state of steps) {
    if (!nextStates[current.state].includes(state)) continue;
    const isTold = state === steps.at(-1);
    const change = step(current, isTold ? { ...fact, state } : implied(payment, fact, state));
    changes.push(change);
    current = change.payment;
  }
  return { payment: current, changes };
}

function stepsTo(payment: Payment, state: ToldState): readonly ToldState[] {
  const isSale = payment.isCaptureRequested && payment.state === 'pending';
  if (state === 'authorized' && isSale) return ['captured'];
  const underneath: readonly ToldState[] = isSale ? [] : ['authorized'];
  if (state === 'captured') return [...underneath, 'captured'];
  return state === 'refunded' ? [...underneath, 'captured', 'refunded'] : [state];
}

/** What must have happened for the fact to be true: the same transaction, in full. */
function implied(payment: Payment, fact: PaymentFact, state: ToldState): PaymentFact {
  const { transaction } = fact;
  const id = transaction.rootId || payment.rootTransactionId || transaction.id;
  const full = { ...transaction, id, status: 'AUTHORIZED', amount: payment.amount };
  return { ...fact, state, refundId: null, transaction: full };
}

function step(payment: Payment, fact: PaymentFact): PaymentChange {
  const told = fact.transaction;
  const amount = told.amount ?? payment.amount;
  const isRefund = fact.state === 'refunded';
  const next: Payment = {
    ...payment,
    state: fact.state,
    version: payment.version + 1,
    vendorStatus: told.status || payment.vendorStatus,
    transactionId: told.id || payment.transactionId,
    rootTransactionId: payment.rootTransactionId || told.rootId || told.id,
    reasonCodes: told.reasonCodes,
    cardType: told.cardType || payment.cardType,
    cardLast4: told.cardLast4 || payment.cardLast4,
    reconciliationId: told.reconciliationId || payment.reconciliationId,
    riskScore: told.riskScore ?? payment.riskScore,
    riskFactorCodes:
      told.riskFactorCodes.length > 0 ? told.riskFactorCodes : payment.riskFactorCodes,
    riskProfile: told.riskProfile || payment.riskProfile,
    refundedMinor: payment.refundedMinor + (isRefund ? amount.minor : 0n),
  };
  return { payment: next, fact, amount };
}

/**
 * True when the fact cannot be true of the payment as it stands: money is said to have moved for a
 * payment that was declined. It is not merely late, so nobody may pass over it.
 */
export function contradicts(payment: Payment, fact: PaymentFact): boolean {
  const moved: readonly ToldState[] = ['authorized', 'captured', 'refunded'];
  return payment.state === 'declined' && moved.includes(fact.state);
}

/** True when a transaction's amount can be this payment's: one currency, and not more than it. */
export function fitsPayment(payment: Payment, transaction: Transaction): boolean {
  if (transaction.amount === null) return true;
  const { minor, currency } = transaction.amount;
  return currency === payment.amount.currency && minor >= 0n && minor <= payment.amount.minor;
}

const stateByStatus: ReadonlyMap<string, ToldState> = new Map([
  ['AUTHORIZED', 'authorized'],
  ['PARTIAL_AUTHORIZED', 'authorized'],
  ['TRANSMITTED', 'captured'],
  ['AUTHORIZED_PENDING_REVIEW', 'in_review'],
  ['PENDING_REVIEW', 'in_review'],
  ['AUTHORIZED_RISK_DECLINED', 'declined'],
  ['DECLINED', 'declined'],
  ['PENDING_AUTHENTICATION', 'declined'],
  ['INVALID_REQUEST', 'declined'],
  ['VOIDED', 'voided'],
  ['REVERSED', 'voided'],
]);

/**
 * State that the status of a card payment's reply means; undefined for a status of later days,
 * which moves nothing until a notification tells more.
 */
export function stateOfStatus(status: string): ToldState | undefined {
  return stateByStatus.get(status);
}

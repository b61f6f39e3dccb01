import type { Money } from '@sluice/money';
import { refundableOf, type Capture } from './capture.ts';
import {
  applyFact,
  contradicts,
  fitsPayment,
  type Payment,
  type PaymentChange,
  type PaymentFact,
} from './payment.ts';
import { refuseRefund, type Refund, type RefundRefusal } from './refund.ts';

/** What became of a fact: `mismatch` when it contradicts the payment and needs a person. */
export type Reception = 'applied' | 'unchanged' | 'mismatch';

/** Rows a book works on: locked payments with their captures, and the refunds in question. */
export interface BookContents {
  readonly payments: ReadonlyMap<string, Payment>;
  readonly captures: ReadonlyMap<string, Capture>;
  readonly refunds: ReadonlyMap<string, Refund>;
}

/** Id under which a refund is kept that was made outside the gateway. */
export function outsideRefundId(transactionId: string): string {
  return `cybersource-${transactionId}`;
}

/**
 * One unit of work on payments: takes facts and refunds, and collects what must be saved.
 *
 * Pure: whoever opened it on locked rows saves `changes` and the changed rows in one transaction.
 */
export class PaymentBook {
  private readonly payments: Map<string, Payment>;
  private readonly captures: Map<string, Capture>;
  private readonly refunds: Map<string, Refund>;
  private readonly allChanges: PaymentChange[] = [];
  private readonly dirtyCaptures = new Set<string>();
  private readonly dirtyRefunds = new Set<string>();

  constructor(contents: BookContents) {
    this.payments = new Map(contents.payments);
    this.captures = new Map(contents.captures);
    this.refunds = new Map(contents.refunds);
  }

  payment(paymentId: string): Payment | undefined {
    return this.payments.get(paymentId);
  }

  refund(refundId: string): Refund | undefined {
    return this.refunds.get(refundId);
  }

  capture(paymentId: string): Capture | undefined {
    return this.captures.get(paymentId);
  }

  /** Changes of state in the order they happened; each leaves as one event. */
  get changes(): readonly PaymentChange[] {
    return this.allChanges;
  }

  get changedPayments(): readonly Payment[] {
    const ids = new Set(this.allChanges.map((change) => change.payment.paymentId));
    return [...this.payments.values()].filter((payment) => ids.has(payment.paymentId));
  }

  get changedCaptures(): readonly Capture[] {
    return [...this.captures.values()].filter(({ paymentId }) => this.dirtyCaptures.has(paymentId));
  }

  get changedRefunds(): readonly Refund[] {
    return [...this.refunds.values()].filter(({ refundId }) => this.dirtyRefunds.has(refundId));
  }

  /** Takes what was told about a payment, in whatever order and however often. */
  tell(paymentId: string, fact: PaymentFact): Reception {
    const payment = this.payments.get(paymentId);
    if (payment === undefined || !fitsPayment(payment, fact.transaction)) return 'mismatch';
    if (contradicts(payment, fact)) return 'mismatch';
    if (fact.state === 'refunded') return this.tellRefund(payment, fact);
    const capture = this.captures.get(paymentId);
    const isVoidBesideRefund = fact.state === 'voided' && (capture?.refundedMinor ?? 0n) > 0n;
    if (isVoidBesideRefund) return 'mismatch';
    return this.apply(payment, fact);
  }

  /** Reserves the amount of a refund before it is sent; says why when it may not be sent. */
  reserve(
    refund: Omit<Refund, 'state' | 'transactionId' | 'rejection'>,
  ): RefundRefusal | undefined {
    const capture = this.captures.get(refund.paymentId);
    const refusal = refuseRefund(this.payments.get(refund.paymentId), capture, refund.amount);
    if (refusal !== undefined || capture === undefined) return refusal;
    this.count(capture, refund.amount.minor);
    this.putRefund({ ...refund, state: 'reserved', transactionId: '', rejection: null });
    return undefined;
  }

  /** Releases the reservation of a refund that Cybersource refused. */
  reject(refundId: string, rejection: RefundRefusal): void {
    const refund = this.refunds.get(refundId);
    if (refund?.state !== 'reserved') return;
    const capture = this.captures.get(refund.paymentId);
    if (capture !== undefined) this.count(capture, -refund.amount.minor);
    this.putRefund({ ...refund, state: 'rejected', rejection });
  }

  private tellRefund(payment: Payment, fact: PaymentFact): Reception {
    const { transaction } = fact;
    const outsideId = outsideRefundId(transaction.id);
    const known = this.refunds.get(fact.refundId ?? transaction.reference);
    const refund = known ?? this.refunds.get(outsideId);
    if (refund?.state === 'succeeded') return 'unchanged';
    const amount = transaction.amount ?? refund?.amount;
    if (amount === undefined || refund?.state === 'rejected') return 'mismatch';
    const isOurs = refund !== undefined;
    if (isOurs && (refund.paymentId !== payment.paymentId || differs(refund.amount, amount))) {
      return 'mismatch';
    }
    if (!isOurs && amount.minor > this.leftOf(payment)) return 'mismatch';
    const refundId = refund?.refundId ?? outsideId;
    const reception = this.apply(payment, { ...fact, refundId });
    if (reception !== 'applied') return 'mismatch';
    const capture = this.captures.get(payment.paymentId);
    if (!isOurs && capture !== undefined) this.count(capture, amount.minor);
    this.putRefund({
      tenant: payment.tenant,
      refundId,
      paymentId: payment.paymentId,
      amount,
      effectKey: refund?.effectKey ?? '',
      state: 'succeeded',
      transactionId: transaction.id,
      rejection: null,
    });
    return 'applied';
  }

  private leftOf(payment: Payment): bigint {
    const capture = this.captures.get(payment.paymentId);
    return capture === undefined ? payment.amount.minor : refundableOf(capture).minor;
  }

  private apply(payment: Payment, fact: PaymentFact): Reception {
    const { payment: after, changes } = applyFact(payment, fact);
    if (changes.length === 0) return 'unchanged';
    this.payments.set(payment.paymentId, after);
    this.allChanges.push(...changes);
    for (const change of changes) this.follow(change);
    return 'applied';
  }

  /** Keeps the capture in step with the payment. */
  private follow(change: PaymentChange): void {
    const { paymentId, tenant, transactionId, state } = change.payment;
    const capture = this.captures.get(paymentId);
    if (state === 'captured') {
      this.putCapture({
        tenant,
        paymentId,
        transactionId,
        captured: change.amount,
        refundedMinor: 0n,
        isVoided: false,
      });
    }
    if (state === 'voided' && capture !== undefined)
      this.putCapture({ ...capture, isVoided: true });
  }

  private count(capture: Capture, minor: bigint): void {
    this.putCapture({ ...capture, refundedMinor: capture.refundedMinor + minor });
  }

  private putCapture(capture: Capture): void {
    this.captures.set(capture.paymentId, capture);
    this.dirtyCaptures.add(capture.paymentId);
  }

  private putRefund(refund: Refund): void {
    this.refunds.set(refund.refundId, refund);
    this.dirtyRefunds.add(refund.refundId);
  }
}

function differs(left: Money, right: Money): boolean {
  return left.minor !== right.minor || left.currency !== right.currency;
}

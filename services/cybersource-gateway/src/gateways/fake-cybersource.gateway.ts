import { Clock } from '@sluice/clock';
import { NotExecuted, Rejected } from '@sluice/effects';
import { formatDecimal, type Money } from '@sluice/money';
import { blankTransaction, type Transaction } from '../domain/transaction.ts';
import { errors } from '../errors.ts';
import { CybersourceGateway, type PaymentCall, type RefundCall } from './cybersource.gateway.ts';

/** What goes wrong with the next calls that move money. */
export type FakeFault = 'not-executed' | 'lost-before' | 'lost-after';

interface Held {
  readonly transaction: Transaction;
  readonly isSale: boolean;
  refundedMinor: bigint;
}

const dayMs = 86_400_000;
const declinedAmount = '2000.00';
const reviewEmail = 'review@domain.com';
const insufficientToken = '7000000000009995';

/**
 * Cybersource in memory, for tests: passes the same suite as the HTTP adapter.
 *
 * Knows every token that begins with 7; the amount 2000.00 is declined, and so is one token for
 * want of funds; the e-mail review@domain.com is held.
 */
export class FakeCybersourceGateway extends CybersourceGateway {
  /** Transactions in the order they were made. */
  readonly transactions: Transaction[] = [];
  /** Faults of the next calls, first in first out. */
  readonly faults: FakeFault[] = [];
  /** Runs between the deed and the answer of a call, as notifications do that overtake it. */
  beforeAnswer: ((transaction: Transaction) => Promise<void>) | undefined;
  /** What Cybersource tells of a transaction instead of the truth. */
  tells: ((transaction: Transaction) => Transaction) | undefined;
  /** Calls that move money, the failed ones included. */
  callCount = 0;
  /** Replaces the report, for broken ones. */
  report: string | undefined;
  private readonly held = new Map<string, Held>();
  private readonly seen = new Set<string>();

  constructor(private readonly clock: Clock) {
    super();
  }

  override createPayment(call: PaymentCall): Promise<Transaction> {
    return this.perform(call.reference.merchantTransactionId, () => this.pay(call));
  }

  override refund(call: RefundCall): Promise<Transaction> {
    return this.perform(call.reference.merchantTransactionId, () => this.giveBack(call));
  }

  override findByReference(code: string): Promise<readonly Transaction[]> {
    const found = this.transactions.filter(({ reference }) => reference === code);
    return Promise.resolve(found.map((transaction) => this.told(transaction)));
  }

  override fetchBatchDetailReport(reportDate: string): Promise<string | undefined> {
    if (this.report !== undefined) return Promise.resolve(this.report);
    const end = Date.parse(`${reportDate}T00:00:00Z`);
    if (end > this.clock.now().getTime() + dayMs) return Promise.resolve(undefined);
    const day = new Date(end - dayMs).toISOString().slice(0, 10);
    const rows = [...this.held.values()]
      .filter(({ transaction }) => transaction.occurredAt.toISOString().startsWith(day))
      .flatMap((held) => this.lineOf(held, day));
    const header =
      'batch_id,merchant_id,batch_date,request_id,merchant_ref_number,currency,amount,' +
      'transaction_type';
    const title = `Payment Batch Detail Report,1.0,${day} to ${reportDate}`;
    return Promise.resolve([title, header, ...rows, ''].join('\n'));
  }

  private async perform(
    merchantTransactionId: string,
    act: () => Transaction,
  ): Promise<Transaction> {
    this.callCount += 1;
    const fault = this.faults.shift();
    if (fault === 'not-executed') throw new NotExecuted('No connection.', { retryAfterMs: 0 });
    if (fault === 'lost-before') throw errors.failure('CYBERSOURCE_OUTCOME_UNKNOWN');
    if (this.seen.has(merchantTransactionId)) throw errors.failure('CYBERSOURCE_OUTCOME_UNKNOWN');
    const transaction = act();
    this.seen.add(merchantTransactionId);
    this.transactions.push(transaction);
    await this.beforeAnswer?.(transaction);
    if (fault === 'lost-after') throw errors.failure('CYBERSOURCE_OUTCOME_UNKNOWN');
    return this.told(transaction);
  }

  private told(transaction: Transaction): Transaction {
    return this.tells?.(transaction) ?? transaction;
  }

  private pay(call: PaymentCall): Transaction {
    if (!call.token.id.startsWith('7')) throw new Rejected('INVALID_DATA', 'The token is unknown.');
    const made = { ...this.blank(call.reference.code, call.amount), ...outcomeOf(call) };
    const transaction = { ...made, rootId: made.id };
    const isTaken = call.isCaptureRequested && transaction.status === 'AUTHORIZED';
    this.held.set(transaction.id, { transaction, isSale: isTaken, refundedMinor: 0n });
    return transaction;
  }

  private giveBack(call: RefundCall): Transaction {
    const parent = this.held.get(call.capturedBy.transactionId);
    if (parent === undefined || !parent.isSale) {
      throw new Rejected('INVALID_DATA', 'Nothing was captured.');
    }
    const refunded = parent.refundedMinor + call.amount.minor;
    if (refunded > (parent.transaction.amount?.minor ?? 0n)) {
      throw new Rejected('INVALID_AMOUNT', 'The refund is more than is left.');
    }
    parent.refundedMinor = refunded;
    const blank = this.blank(call.reference.code, call.amount);
    const transaction = { ...blank, status: 'PENDING', rootId: parent.transaction.id };
    this.held.set(transaction.id, { transaction, isSale: false, refundedMinor: 0n });
    return transaction;
  }

  private blank(reference: string, amount: Money): Transaction {
    const occurredAt = this.clock.now();
    const sequence = String(this.transactions.length + 1).padStart(7, '0');
    const id = `76${occurredAt.getTime().toString().padStart(13, '0')}${sequence}`;
    return { ...blankTransaction, id, reference, amount, occurredAt };
  }

  private lineOf({ transaction, isSale }: Held, day: string): readonly string[] {
    const { amount, id, rootId, reference } = transaction;
    const isRefund = id !== rootId;
    if (amount === null || (!isSale && !isRefund)) return [];
    const decimal = formatDecimal(isRefund ? { ...amount, minor: -amount.minor } : amount);
    const type = isRefund ? 'ics_credit' : 'ics_bill';
    return [`${day},demo_merchant,${day},${id},${reference},${amount.currency},${decimal},${type}`];
  }
}

function outcomeOf(call: PaymentCall): Partial<Transaction> {
  if (formatDecimal(call.amount) === declinedAmount) {
    return { status: 'DECLINED', reasonCodes: ['GENERAL_DECLINE'] };
  }
  if (call.token.id === insufficientToken) {
    return { status: 'DECLINED', reasonCodes: ['INSUFFICIENT_FUND'] };
  }
  if (call.billTo.email !== reviewEmail) return { status: 'AUTHORIZED' };
  return {
    status: 'AUTHORIZED_PENDING_REVIEW',
    reasonCodes: ['DECISION_PROFILE_REVIEW'],
    riskScore: 72,
    riskFactorCodes: ['H', 'V'],
  };
}

import type { Money } from '@sluice/money';
import type { Transaction } from '../domain/transaction.ts';

/** A stored card, by the kind of its token. */
export interface CardToken {
  readonly type: 'customer' | 'payment_instrument' | 'instrument_identifier' | 'transient';
  readonly id: string;
}

/** Who is billed; empty fields are left out of the call. */
export interface BillTo {
  readonly fullName: string;
  readonly email: string;
  readonly addressLines: readonly string[];
  readonly country: string;
}

/** What identifies one call to Cybersource, the same in every attempt. */
export interface CallReference {
  /** The payment id, or the refund id. */
  readonly code: string;
  /** Unique at Cybersource for 60 days. @maximum 50 characters */
  readonly merchantTransactionId: string;
  readonly comments: string;
}

/** A payment to authorise, or to authorise and capture. */
export interface PaymentCall {
  readonly reference: CallReference;
  readonly amount: Money;
  readonly isCaptureRequested: boolean;
  readonly token: CardToken;
  readonly billTo: BillTo;
  readonly ipAddress: string;
}

/** A refund of a sale, or of a capture of its own. */
export interface RefundCall {
  readonly reference: CallReference;
  readonly amount: Money;
  readonly capturedBy: { readonly kind: 'payment' | 'capture'; readonly transactionId: string };
}

/**
 * Everything the gateway asks of Cybersource.
 *
 * A decline is an answer. Failures say what is known: `NotExecuted` when the call provably was not
 * executed, `Rejected` when Cybersource refused it for good, anything else when the outcome is
 * unknown and must be looked up.
 */
export abstract class CybersourceGateway {
  /** Authorises, and captures when asked to. */
  abstract createPayment(call: PaymentCall): Promise<Transaction>;
  /** Gives money back. */
  abstract refund(call: RefundCall): Promise<Transaction>;
  /**
   * Transactions with our reference, oldest first. The search is not real-time: an empty list
   * proves something only after the quiet period.
   */
  abstract findByReference(code: string): Promise<readonly Transaction[]>;
  /** The Payment Batch Detail report of a date as CSV; undefined when there is no data. */
  abstract fetchBatchDetailReport(reportDate: string): Promise<string | undefined>;
}

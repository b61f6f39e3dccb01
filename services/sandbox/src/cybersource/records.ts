/** A transaction of the Cybersource twin; amounts are minor units written as decimal integers. */
export interface Transaction {
  readonly id: string;
  /** First transaction of the chain; the payment itself for a payment. */
  readonly rootId: string;
  readonly kind: TransactionKind;
  readonly merchantId: string;
  readonly submitTimeUtc: string;
  status: string;
  readonly reconciliationId: string;
  readonly code: string;
  readonly merchantTransactionId?: string;
  readonly comments?: string;
  readonly amountMinor: string;
  readonly currency: string;
  readonly reason?: Refusal;
  /** The 201 body as it was answered. */
  readonly answer: Record<string, unknown>;
  /** The transaction this one works on: captures, refunds, voids and reversals have one. */
  readonly parentId?: string;
  /** True for a sale: authorisation and capture in one. */
  readonly isSale?: boolean;
  capturedMinor?: string;
  refundedMinor?: string;
  reversedMinor?: string;
  isVoided?: boolean;
}

export type TransactionKind = 'payment' | 'capture' | 'refund' | 'void' | 'reversal';

/** Ledger kind of each kind of transaction. */
export const ledgerKinds: Record<TransactionKind, string> = {
  payment: 'payments',
  capture: 'captures',
  refund: 'refunds',
  void: 'voids',
  reversal: 'reversals',
};

/** Why a payment was not simply authorised. */
export interface Refusal {
  readonly reason: string;
  readonly message: string;
}

/** A tokenised card: everything but its number. */
export interface InstrumentIdentifier {
  readonly id: string;
  readonly maskedNumber: string;
  /** Cybersource card type code, for example 001 for Visa. */
  readonly cardType: string;
  readonly brand: string;
  /** Name of the trigger the number stands for, when it is one. */
  readonly trigger?: string;
}

export interface Customer {
  readonly id: string;
  readonly record: Record<string, unknown>;
  defaultPaymentInstrumentId?: string;
}

export interface PaymentInstrument {
  readonly id: string;
  readonly customerId?: string;
  readonly instrumentIdentifierId: string;
  readonly record: Record<string, unknown>;
}

/** A settlement report line planted, or altered, by the control API. */
export interface PlantedLine {
  readonly id: string;
  readonly requestId?: string;
  readonly merchantReference?: string;
  readonly amount: string;
  readonly currency?: string;
  readonly transactionType?: 'ics_bill' | 'ics_credit';
  readonly date: string;
}

import type { Payment, PaymentFact, ToldState } from './payment.ts';
import { blankTransaction, type Transaction } from './transaction.ts';

/** Cybersource id of the first transaction in tests. */
export const rootId = '7600846207716214404805';

/** A payment of 12.50 EUR that Cybersource has told nothing of; a sale unless told otherwise. */
export function pendingPayment(overrides: Partial<Payment> = {}): Payment {
  return {
    tenant: 'demo',
    paymentId: '01PAYMENT',
    orderId: '01ORDER',
    orderNumber: 'A-1',
    shopId: 'demo-shop',
    merchantId: 'demo_merchant',
    state: 'pending',
    version: 0,
    amount: { minor: 1250n, currency: 'EUR' },
    isCaptureRequested: true,
    transactionId: '',
    rootTransactionId: '',
    vendorStatus: '',
    reasonCodes: [],
    email: 'ada@example.com',
    fullName: 'Ada Lovelace',
    cardType: '',
    cardLast4: '',
    reconciliationId: '',
    riskScore: null,
    riskFactorCodes: [],
    riskProfile: '',
    ipAddress: '',
    billingCountry: 'GB',
    shippingCountry: '',
    refundedMinor: 0n,
    traceparent: '',
    ...overrides,
  };
}

/** A transaction of the payment's full amount. */
export function transaction(overrides: Partial<Transaction> = {}): Transaction {
  return {
    ...blankTransaction,
    id: rootId,
    rootId,
    reference: '01PAYMENT',
    status: 'AUTHORIZED',
    amount: { minor: 1250n, currency: 'EUR' },
    occurredAt: new Date('2026-01-15T12:00:00.000Z'),
    ...overrides,
  };
}

/** A fact about the payment, told by a notification. */
export function fact(state: ToldState, told: Partial<Transaction> = {}): PaymentFact {
  return {
    state,
    toldBy: 'webhook',
    eventType: null,
    refundId: null,
    transaction: transaction(told),
  };
}

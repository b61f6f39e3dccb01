import type {
  Customer,
  Lineage,
  Money,
  OrderPlaced,
  PaymentCaptured,
  PaymentUpdated,
  RefundRequested,
} from '../generated/events.ts';

/** An instant every builder agrees on, in microseconds. */
const noonMicros = 1_768_478_400_000_000n;

/** Money for tests: `money(1250)` is 12.50 EUR. */
export function money(minor: number | bigint, currency = 'EUR'): Money {
  return { minor: BigInt(minor), currency };
}

/** Lineage for tests. */
export function lineage(overrides: Partial<Lineage> = {}): Lineage {
  return {
    sourceEventId: 'source-1',
    sourceType: 'sluice.cybersource.v1.PaymentUpdated',
    mapping: 'payment-captured',
    mappingVersion: 1n,
    ...overrides,
  };
}

/** A customer for tests. */
export function customer(overrides: Partial<Customer> = {}): Customer {
  return {
    customerId: 'c-1',
    email: 'ada@example.com',
    firstName: 'Ada',
    lastName: 'Lovelace',
    company: '',
    phone: '',
    billingAddress: {
      line1: '12 Analytical Row',
      line2: '',
      city: 'London',
      region: '',
      postalCode: 'N1 1AA',
      country: 'GB',
    },
    shippingAddress: null,
    ...overrides,
  };
}

/** An order of one line for tests. */
export function orderPlaced(overrides: Partial<OrderPlaced> = {}): OrderPlaced {
  return {
    orderId: 'order-1',
    shopId: 'demo-shop',
    orderNumber: '1001',
    placedAt: noonMicros,
    customer: customer(),
    lines: [{ sku: 'TEA', name: 'Tea', quantity: 2n, unitPrice: money(500) }],
    shippingTotal: money(250),
    total: money(1250),
    note: '',
    lineage: lineage({ sourceType: 'sluice.commerce.v1.OrderReceived', mapping: 'order-placed' }),
    ...overrides,
  };
}

/** What every payment event carries, for tests: a captured payment of 12.50 EUR. */
export function paymentFacts(overrides: Partial<PaymentCaptured> = {}): PaymentCaptured {
  return {
    paymentId: 'payment-1',
    orderId: 'order-1',
    orderNumber: '1001',
    shopId: 'demo-shop',
    merchantId: 'demo_merchant',
    transactionId: '7000000000000000000001',
    rootTransactionId: '7000000000000000000001',
    amount: money(1250),
    status: 'paid',
    reasonCode: null,
    reasonText: '',
    customerEmail: 'ada@example.com',
    customerName: 'Ada Lovelace',
    cardBrand: 'visa',
    cardLast4: '1111',
    reconciliationId: 'R1',
    risk: null,
    occurredAt: noonMicros,
    lineage: lineage(),
    ...overrides,
  };
}

/** A vendor update of a captured payment for tests. */
export function paymentUpdated(overrides: Partial<PaymentUpdated> = {}): PaymentUpdated {
  return {
    paymentId: 'payment-1',
    orderId: 'order-1',
    orderNumber: '1001',
    shopId: 'demo-shop',
    merchantId: 'demo_merchant',
    toldBy: 'reply',
    eventType: null,
    state: 'captured',
    vendorStatus: 'AUTHORIZED',
    transactionId: '7000000000000000000001',
    rootTransactionId: '7000000000000000000001',
    amount: '12.50',
    currency: 'EUR',
    reasonCodes: [],
    email: 'ada@example.com',
    fullName: 'Ada Lovelace',
    cardType: '001',
    cardLast4: '1111',
    reconciliationId: 'R1',
    riskScore: null,
    riskFactorCodes: [],
    riskProfile: '',
    ipAddress: '',
    billingCountry: 'GB',
    shippingCountry: '',
    refundId: null,
    refundedTotal: null,
    occurredAt: noonMicros,
    ...overrides,
  };
}

/** A refund request for tests. */
export function refundRequested(overrides: Partial<RefundRequested> = {}): RefundRequested {
  return {
    refundId: 'refund-1',
    paymentId: 'payment-1',
    orderId: 'order-1',
    orderNumber: '1001',
    shopId: 'demo-shop',
    amount: money(1250),
    reason: 'Broken cup',
    origin: 'api',
    creditNoteId: null,
    creditNoteNumber: null,
    invoiceId: null,
    contactId: null,
    requestedAt: noonMicros,
    lineage: lineage({ mapping: 'refund-requested' }),
    ...overrides,
  };
}

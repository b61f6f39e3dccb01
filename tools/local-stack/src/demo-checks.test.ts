import { describe, expect, it } from 'vitest';
import { examineOrder } from './demo-checks.ts';
import type { LedgerObject, Ledgers } from './demo-ledgers.ts';
import { demoAmount, demoOrders, type PlacedOrder } from './demo-orders.ts';
import { breakFaults } from './demo-settlement.ts';

const order: PlacedOrder = {
  expected: demoOrders[4]!,
  orderNumber: 'D-1',
  orderId: 'order-1',
  paymentId: 'payment-1',
  email: 'a@shop.test',
};
const { minor, currency } = demoAmount;

type Kinds = Record<string, LedgerObject[]>;

function kindsOfRefundedOrder(): Kinds {
  const ofOrder = {
    customFields: { cf_sluice_key: 'order-1' },
    totalMinor: minor,
    currencyCode: currency,
  };
  const data = { clientReferenceInformation: { code: 'payment-1' } };
  return {
    orders: [
      {
        orderNumber: 'D-1',
        status: 'refunded',
        history: [
          { status: 'new', at: '2026-03-01T10:00:00.000Z' },
          { status: 'paid', at: '2026-03-01T10:00:01.500Z' },
        ],
      },
    ],
    payments: [{ id: 't', code: 'payment-1', amountMinor: minor, currency }],
    refunds: [{ id: 'r', rootId: 't', amountMinor: minor, currency }],
    webhooks: [{ content: { payload: { data } }, attempts: [{ status: 200 }] }],
    contacts: [{ id: 'c', source: { contact_persons: [{ email: 'a@shop.test' }] } }],
    'crm-contacts': [{ values: { Email: 'a@shop.test' } }],
    salesorders: [ofOrder],
    invoices: [{ ...ofOrder, id: 'i', paidMinor: minor }],
    customerpayments: [{ ...ofOrder, customFields: { cf_sluice_key: 'payment-1' } }],
    creditnotes: [{ id: 'n', invoiceId: 'i', totalMinor: minor, currencyCode: currency }],
    creditnote_refunds: [{ creditNoteId: 'n', minor }],
  };
}

function ledgersOf(kinds: Kinds, mails: readonly string[] = []): Ledgers {
  const read = (kind: string): readonly LedgerObject[] => kinds[kind] ?? [];
  return { shop: read, cybersource: read, zoho: read, mails };
}

describe('examineOrder', () => {
  it('finds no fault in an order whose objects all stand there once', () => {
    const findings = examineOrder(order, ledgersOf(kindsOfRefundedOrder()));

    expect(findings).toMatchObject({ status: 'refunded', secondsToPaidInvoice: 1.5, faults: [] });
  });

  it.each(Object.keys(kindsOfRefundedOrder()))('finds that %s are missing', (kind) => {
    const kinds = { ...kindsOfRefundedOrder(), [kind]: [] };

    const { faults } = examineOrder(order, ledgersOf(kinds));

    expect(faults.map((fault) => fault.kind)).toContain('missing');
  });

  it.each(['payments', 'refunds', 'contacts', 'salesorders', 'invoices', 'creditnote_refunds'])(
    'finds that %s are doubled',
    (kind) => {
      const kinds = kindsOfRefundedOrder();
      kinds[kind]?.push({ ...kinds[kind][0] });

      const { faults } = examineOrder(order, ledgersOf(kinds));

      expect(faults.map((fault) => fault.kind)).toContain('doubled');
    },
  );

  it('finds a second invoice that stands there under another key', () => {
    const kinds = kindsOfRefundedOrder();
    const second = {
      ...kinds['invoices']?.[0],
      customFields: {},
      source: { reference_number: 'D-1' },
    };

    const { faults } = examineOrder(
      order,
      ledgersOf({ ...kinds, invoices: [...kinds['invoices']!, second] }),
    );

    expect(faults).toContainEqual({ kind: 'doubled', what: 'invoices: 2 instead of 1' });
  });

  it('finds an amount that is one cent off', () => {
    const kinds = kindsOfRefundedOrder();
    kinds['customerpayments'] = [{ ...kinds['customerpayments']?.[0], totalMinor: '6494' }];

    const { faults } = examineOrder(order, ledgersOf(kinds));

    expect(faults).toMatchObject([{ kind: 'wrong', what: expect.stringContaining('6494 EUR') }]);
  });

  it('finds a mail to a customer who should get none', () => {
    const mail = 'From: shop@example.com\nTo: a@shop.test\n';

    const { faults } = examineOrder(order, ledgersOf(kindsOfRefundedOrder(), [mail]));

    expect(faults).toEqual([{ kind: 'doubled', what: 'mails: 1 instead of 0' }]);
  });
});

describe('breakFaults', () => {
  const planted = { kind: 'amount_differs', explanation: 'x', paymentId: 'p', transactionId: 't' };

  it('wants the planted break once', () => {
    expect(breakFaults([planted], 't')).toEqual([]);
    expect(breakFaults([], 't')).toMatchObject([{ kind: 'missing' }]);
    expect(breakFaults([planted, planted], 't')).toMatchObject([{ kind: 'doubled' }]);
  });

  it('refuses a break that nobody planted', () => {
    const other = { ...planted, kind: 'missing_in_books', transactionId: 'other' };

    expect(breakFaults([planted, other], 't')).toMatchObject([{ kind: 'wrong' }]);
  });
});

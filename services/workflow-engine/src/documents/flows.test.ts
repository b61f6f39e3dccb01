import type { FraudCaseOpened } from '@sluice/contracts';
import {
  lineage,
  money,
  orderPlaced,
  paymentFacts,
  refundRequested,
} from '@sluice/contracts/testing';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { FlowSet } from '../domain/flow-set.ts';
import { MemoryEngine, serviceFlows, type Asked } from './testing/engine.ts';

const placed = 'sluice.orders.v1.OrderPlaced';
const captured = 'sluice.payments.v1.PaymentCaptured';
const declined = 'sluice.payments.v1.PaymentDeclined';
const refundType = 'sluice.payments.v1.RefundRequested';

const paidPath = [
  'zoho.books.upsertContact',
  'zoho.crm.upsertContact',
  'zoho.inventory.upsertItems',
  'zoho.inventory.createSalesOrder',
  'zoho.books.createInvoice',
  'zoho.books.recordPayment',
  'commerce.setOrderStatus',
];

let flows: FlowSet;
let engine: MemoryEngine;

beforeAll(() => {
  flows = serviceFlows();
});

beforeEach(() => {
  engine = new MemoryEngine(flows);
});

function open(): Asked {
  const command = engine.open();
  if (command === undefined) throw new Error('No command is open');
  return command;
}

function answerUntil(functionName: string): Asked {
  while (open().functionName !== `${functionName}:1.0.0`) engine.outcome(open());
  return open();
}

describe('order-to-cash', () => {
  it('writes nothing before the payment is captured, and everything once it is', () => {
    engine.event(placed, orderPlaced());
    expect(engine.asked).toEqual([]);

    engine.event(captured, paymentFacts());
    engine.answerAll();

    expect(engine.functions()).toEqual(paidPath);
    expect(engine.outcomesOf('order-to-cash')).toEqual(['paid']);
    expect(engine.argumentsOf('commerce.setOrderStatus')).toEqual({
      orderId: 'order-1',
      status: 'paid',
      detail: 'Invoice INV-1',
    });
    expect(engine.argumentsOf('zoho.books.recordPayment')).toMatchObject({
      uniqueValue: 'payment-1',
      body: { amount: '12.50', invoices: [{ invoice_id: '46005', amount_applied: '12.50' }] },
    });
  });

  it('takes a payment that was captured before the order was placed', () => {
    engine.event(captured, paymentFacts());
    expect(engine.pending.size).toBe(1);

    engine.event(placed, orderPlaced());
    engine.answerAll();

    expect(engine.functions()).toEqual(paidPath);
    expect(engine.pending.size).toBe(0);
  });

  it('takes a payment that was first only authorised', () => {
    engine.event(placed, orderPlaced());
    engine.event('sluice.payments.v1.PaymentAuthorized', paymentFacts());
    expect(engine.asked).toEqual([]);

    engine.event(captured, paymentFacts());
    engine.answerAll();

    expect(engine.outcomesOf('order-to-cash')).toEqual(['paid']);
  });

  it('is paid by a second payment after the first was declined', () => {
    engine.event(placed, orderPlaced());
    engine.event(declined, paymentFacts());
    engine.answerAll();
    engine.event(captured, paymentFacts({ paymentId: 'payment-2' }));
    engine.answerAll();

    expect(engine.outcomesOf('payment-declined')).toEqual(['declined']);
    expect(engine.outcomesOf('order-to-cash')).toEqual(['paid']);
    expect(engine.functions().filter((name) => name === 'zoho.books.createInvoice')).toHaveLength(
      1,
    );
    expect(engine.argumentsOf('zoho.books.recordPayment')).toMatchObject({
      paymentId: 'payment-2',
    });
  });

  it('ends as unpaid when two days pass, and tells the shop', () => {
    engine.event(placed, orderPlaced());
    engine.pass(47);
    expect(engine.asked).toEqual([]);

    engine.pass(1);
    engine.answerAll();

    expect(engine.argumentsOf('commerce.setOrderStatus')).toMatchObject({ status: 'unpaid' });
    expect(engine.outcomesOf('order-to-cash')).toEqual(['unpaid']);
  });

  it('reports a payment that comes after the order has ended as unpaid', () => {
    engine.event(placed, orderPlaced());
    engine.pass(48);
    engine.answerAll();

    engine.event(captured, paymentFacts());

    expect(engine.late.map(({ type }) => type)).toEqual([captured]);
    expect(engine.functions()).toEqual(['commerce.setOrderStatus']);
  });

  it.each([
    ['less than the order', { minor: 1249n, currency: 'EUR' }],
    ['in another currency', { minor: 1250n, currency: 'USD' }],
  ])('asks finance and tells no shop "paid" when the payment is %s', (_what, amount) => {
    engine.event(placed, orderPlaced());
    engine.event(captured, paymentFacts({ amount }));
    engine.answerAll();

    expect(engine.functions()).toEqual(['zoho.desk.openTicket']);
    expect(engine.outcomesOf('order-to-cash')).toEqual(['not-paid-in-full']);
  });

  it('asks finance when a payment does not fit its invoice; the order is still paid', () => {
    engine.event(placed, orderPlaced());
    engine.event(captured, paymentFacts());
    engine.refuse(answerUntil('zoho.books.recordPayment'), 'over-application', 'It is too much.');
    engine.answerAll();

    expect(JSON.stringify(engine.argumentsOf('zoho.desk.openTicket'))).toContain('It is too much.');
    expect(engine.argumentsOf('commerce.setOrderStatus')).toMatchObject({ status: 'paid' });
    expect(engine.outcomesOf('order-to-cash')).toEqual(['paid-not-booked']);
  });

  it('faults and says so when a call is refused that nobody catches', () => {
    engine.event(placed, orderPlaced());
    engine.event(captured, paymentFacts());
    engine.refuse(open(), 'refused');

    expect(engine.outcomesOf('order-to-cash')).toEqual(['faulted']);
    expect(engine.told).toContain('order-to-cash workflow.faulted');
  });

  it.each([
    ['JPY', 1250n, '1250'],
    ['KWD', 1250n, '1.250'],
  ])('writes amounts in %s with the decimals of that currency', (currency, minor, decimal) => {
    const amount = money(minor, currency);
    const lines = [{ sku: 'TEA', name: 'Tea', quantity: 1n, unitPrice: amount }];
    const shippingTotal = money(0, currency);
    engine.event(placed, orderPlaced({ total: amount, shippingTotal, lines }));
    engine.event(captured, paymentFacts({ amount }));
    engine.answerAll();

    expect(engine.argumentsOf('zoho.books.createInvoice')).toMatchObject({
      body: { currency_code: currency, line_items: [{ rate: decimal, quantity: 1 }] },
    });
    expect(engine.argumentsOf('zoho.books.recordPayment')).toMatchObject({
      currency,
      body: { amount: decimal },
    });
  });
});

describe('payment-declined', () => {
  it('tells shop, CRM and customer', () => {
    engine.event(declined, paymentFacts({ status: 'declined', reasonText: 'No money.' }));
    engine.answerAll();

    expect(engine.functions()).toEqual([
      'commerce.setOrderStatus',
      'zoho.crm.addNote',
      'commerce.notifyCustomer',
    ]);
    expect(engine.argumentsOf('commerce.setOrderStatus')).toMatchObject({
      status: 'declined',
      detail: 'No money.',
    });
    expect(engine.argumentsOf('zoho.crm.addNote')).toMatchObject({
      email: 'ada@example.com',
      lastName: 'Lovelace',
    });
  });

  it('tells only the shop when nobody knows the address of the customer', () => {
    engine.event(declined, paymentFacts({ customerEmail: '' }));
    engine.answerAll();

    expect(engine.functions()).toEqual(['commerce.setOrderStatus']);
    expect(engine.outcomesOf('payment-declined')).toEqual(['declined']);
  });
});

describe('fraud-review', () => {
  const fraudCase: FraudCaseOpened = {
    caseId: 'case-1',
    paymentId: 'payment-1',
    orderId: 'order-1',
    orderNumber: '1001',
    shopId: 'demo-shop',
    transactionId: '7000000000000000000001',
    amount: money(1250),
    customerEmail: 'ada@example.com',
    customerName: 'Ada Lovelace',
    score: 85n,
    reasons: ['The amount is unusual.'],
    rulesVersion: '1',
    openedAt: 1_768_478_400_000_000n,
    lineage: lineage(),
  };

  it('opens one ticket with score and reasons, however often the case arrives', () => {
    engine.event('sluice.fraud.v1.FraudCaseOpened', fraudCase);
    engine.answerAll();
    engine.event('sluice.fraud.v1.FraudCaseOpened', fraudCase);
    engine.answerAll();

    expect(engine.functions()).toEqual(['commerce.setOrderStatus', 'zoho.desk.openTicket']);
    expect(engine.argumentsOf('commerce.setOrderStatus')).toMatchObject({ status: 'in_review' });
    const { body } = engine.argumentsOf('zoho.desk.openTicket') as {
      body: { description: string };
    };
    expect(body.description).toContain('Score 85 of 100');
    expect(body.description).toContain('The amount is unusual.');
  });
});

describe('refund', () => {
  const fromZoho = refundRequested({ origin: 'zoho', creditNoteId: '46099', refundId: 'cn-46099' });

  it('asked for in Zoho, refunds the card and books it on that credit note', () => {
    engine.event(refundType, fromZoho);
    engine.answerAll();

    expect(engine.functions()).toEqual([
      'cybersource.refundPayment',
      'zoho.books.refundCreditNote',
      'commerce.setOrderStatus',
    ]);
    expect(engine.argumentsOf('cybersource.refundPayment')).toMatchObject({
      refundId: 'cn-46099',
      amount: { minor: '1250', currency: 'EUR' },
    });
    expect(engine.argumentsOf('zoho.books.refundCreditNote')).toMatchObject({
      creditNoteId: '46099',
      transactionId: '7059',
    });
    expect(engine.argumentsOf('commerce.setOrderStatus')).toMatchObject({
      status: 'refunded',
      detail: '12.50 EUR went back to the card',
    });
  });

  it('asked for by the API, makes the credit note first', () => {
    engine.event(refundType, refundRequested());
    engine.outcome(open(), { transactionId: '7059', isFullyRefunded: false });
    engine.answerAll();

    expect(engine.functions()).toEqual([
      'cybersource.refundPayment',
      'zoho.books.findInvoice',
      'zoho.books.createCreditNote',
      'zoho.books.refundCreditNote',
      'commerce.setOrderStatus',
    ]);
    expect(engine.argumentsOf('zoho.books.refundCreditNote')).toMatchObject({
      creditNoteId: '46006',
    });
    expect(engine.argumentsOf('commerce.setOrderStatus')).toMatchObject({
      status: 'partially_refunded',
    });
    expect(engine.outcomesOf('refund')).toEqual(['refunded']);
  });

  it('refunds once when the same refund is asked for twice', () => {
    engine.event(refundType, fromZoho);
    engine.event(refundType, fromZoho);
    engine.answerAll();

    expect(engine.functions().filter((name) => name === 'cybersource.refundPayment')).toHaveLength(
      1,
    );
  });

  it.each([
    ['Zoho', fromZoho, 'zoho.books.commentCreditNote'],
    ['the API', refundRequested(), 'zoho.desk.openTicket'],
  ])('explains a refusal to whoever asked through %s, and books nothing', (_who, data, told) => {
    engine.event(refundType, data);
    engine.refuse(open(), 'refund-exceeds-captured', '0.50 EUR is left.');
    engine.answerAll();

    expect(engine.functions()).toEqual(['cybersource.refundPayment', told]);
    expect(JSON.stringify(engine.argumentsOf(told))).toContain('0.50 EUR is left.');
    expect(engine.outcomesOf('refund')).toEqual(['refused']);
  });

  it('asks finance when money went back and Books has no invoice', () => {
    engine.event(refundType, refundRequested());
    engine.refuse(answerUntil('zoho.books.findInvoice'), 'invoice-not-found');
    engine.answerAll();

    expect(engine.functions().slice(2)).toEqual([
      'zoho.desk.openTicket',
      'commerce.setOrderStatus',
    ]);
    expect(engine.outcomesOf('refund')).toEqual(['refunded-not-booked']);
  });
});

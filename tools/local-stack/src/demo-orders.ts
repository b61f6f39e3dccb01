import { askJson } from './demo-http.ts';

/** How often each kind of object must stand in the ledgers for one order. */
export interface ExpectedObjects {
  readonly cardPayments: number;
  readonly cardRefunds: number;
  readonly contacts: number;
  readonly crmContacts: number;
  readonly crmNotes: number;
  readonly salesOrders: number;
  readonly invoices: number;
  readonly customerPayments: number;
  readonly creditNotes: number;
  readonly creditNoteRefunds: number;
  readonly tickets: number;
  readonly mails: number;
}

/** One of the orders of the demo. */
export interface DemoOrder {
  readonly name: 'paid' | 'declined' | 'review' | 'paid-twice-told' | 'refunded';
  readonly title: string;
  /** The scenario of the shop twin that brings it about. */
  readonly scenario: 'paid' | 'declined' | 'review';
  /** What the shop says of the order in the end. */
  readonly status: string;
  readonly objects: ExpectedObjects;
  /** Deliveries of each webhook. */
  readonly deliveries: number;
}

/** An order after its checkout. */
export interface PlacedOrder {
  readonly expected: DemoOrder;
  readonly orderNumber: string;
  readonly orderId: string;
  readonly paymentId: string;
  readonly email: string;
}

const none: ExpectedObjects = {
  cardPayments: 1,
  cardRefunds: 0,
  contacts: 0,
  crmContacts: 0,
  crmNotes: 0,
  salesOrders: 0,
  invoices: 0,
  customerPayments: 0,
  creditNotes: 0,
  creditNoteRefunds: 0,
  tickets: 0,
  mails: 0,
};
const paid: ExpectedObjects = {
  ...none,
  contacts: 1,
  crmContacts: 1,
  salesOrders: 1,
  invoices: 1,
  customerPayments: 1,
};

/** The five orders, in the order of their checkouts. */
export const demoOrders: readonly DemoOrder[] = [
  {
    name: 'paid',
    title: 'Paid',
    scenario: 'paid',
    status: 'paid',
    objects: paid,
    deliveries: 1,
  },
  {
    name: 'declined',
    title: 'Declined',
    scenario: 'declined',
    status: 'declined',
    objects: { ...none, crmContacts: 1, crmNotes: 1, mails: 1 },
    deliveries: 1,
  },
  {
    name: 'review',
    title: 'Held for review',
    scenario: 'review',
    status: 'in_review',
    objects: { ...none, tickets: 1 },
    deliveries: 1,
  },
  {
    name: 'paid-twice-told',
    title: 'Paid, every webhook delivered twice',
    scenario: 'paid',
    status: 'paid',
    objects: paid,
    deliveries: 2,
  },
  {
    name: 'refunded',
    title: 'Paid, then refunded from Zoho',
    scenario: 'paid',
    status: 'refunded',
    objects: { ...paid, cardRefunds: 1, creditNotes: 1, creditNoteRefunds: 1 },
    deliveries: 1,
  },
];

/** What every order of the demo costs. */
export const demoAmount = { minor: '6495', decimal: '64.95', currency: 'EUR' } as const;

const lines = [
  { sku: 'TEA-001', quantity: 2, unitPrice: '12.50' },
  { sku: 'POT-002', quantity: 1, unitPrice: '39.95' },
] as const;

// The risk rules of the Cybersource twin hold the payments of this one address.
const reviewedEmail = 'review@domain.com';

/** Places one order through the shop twin; order number and customer belong to this run alone. */
export async function placeOrder(
  expected: DemoOrder,
  { shopUrl, runId }: { readonly shopUrl: string; readonly runId: string },
): Promise<PlacedOrder> {
  const orderNumber = `D-${runId}-${expected.name}`;
  const ownEmail = `${expected.name}.${runId}@shop.test`.toLowerCase();
  const email = expected.scenario === 'review' ? reviewedEmail : ownEmail;
  const body = {
    scenario: expected.scenario,
    orderNumber,
    lines,
    customer: { customerId: `C-${runId}-${expected.name}`, email, fullName: `Mara ${runId}` },
  };
  const answer = (await askJson(`${shopUrl}/api/checkout`, {
    method: 'POST',
    body: JSON.stringify(body),
  })) as { readonly orderId: string; readonly paymentId: string };
  return {
    expected,
    orderNumber,
    orderId: answer.orderId,
    paymentId: answer.paymentId,
    email,
  };
}

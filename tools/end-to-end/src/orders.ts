import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ask } from './http.ts';
import { at, listAt, type Json } from './json.ts';
import type { Ledgers, Twins } from './twins.ts';

export const currencies = ['EUR', 'JPY', 'KWD'] as const;
export type Currency = (typeof currencies)[number];
export type Outcome = 'paid' | 'declined' | 'review' | 'refunded';

/** An order that a test asks for. */
export interface WantedOrder {
  readonly outcome: Outcome;
  /** @default EUR */
  readonly currency?: Currency;
  /** Whether one article is of a kind that Inventory does not know yet. @default false */
  readonly isNewArticle?: boolean;
}

/** An order that a test has placed and what must come of it. */
export interface TestOrder {
  readonly orderNumber: string;
  readonly outcome: Outcome;
  readonly currency: Currency;
  readonly totalMinor: string;
  readonly email: string;
  readonly orderId: string;
  readonly paymentId: string;
}

interface Price {
  readonly teaPrice: string;
  readonly shipping: string;
  readonly minor: string;
}

/** Three of one article, one of another, and the freight: exact in each currency. */
const totals: Readonly<Record<Currency, Price>> = {
  EUR: { teaPrice: '12.50', shipping: '4.90', minor: '8235' },
  JPY: { teaPrice: '1980', shipping: '500', minor: '12840' },
  KWD: { teaPrice: '4.125', shipping: '1.005', minor: '26630' },
};
const pot = { sku: 'POT-002', quantity: 1 };
const reviewedEmail = 'review@domain.com';
const checkoutWaitMsMax = 60_000;

let placedCount = 0;

/** Places an order through the shop; a checkout that fails is repeated, as a customer would. */
export async function placeOrder(
  stack: { readonly twins: Twins },
  wanted: WantedOrder,
): Promise<TestOrder> {
  placedCount += 1;
  const planned = wantedOrderOf(wanted, placedCount);
  const deadlineMs = Date.now() + checkoutWaitMsMax;
  for (;;) {
    const answer = await checkoutOnce(stack, planned);
    if (typeof answer !== 'string') return answer;
    if (Date.now() > deadlineMs) {
      throw new Error(`The checkout of ${planned.orderNumber} failed: ${answer}`);
    }
    await pause(300);
  }
}

/** An order that is about to be placed: the same body at every attempt. */
export interface PlannedOrder {
  readonly orderNumber: string;
  readonly outcome: Outcome;
  readonly currency: Currency;
  readonly totalMinor: string;
  readonly email: string;
  readonly body: Json;
}

/** What the shop is asked for; the number makes order and customer unique. */
export function wantedOrderOf(wanted: WantedOrder, number: number): PlannedOrder {
  const { outcome, currency = 'EUR', isNewArticle = false } = wanted;
  const sku = isNewArticle ? `NEW-${number}` : 'TEA-001';
  const tea = { sku, quantity: 3, unitPrice: totals[currency].teaPrice };
  const orderNumber = `E-${number}-${outcome}`;
  const email = outcome === 'review' ? reviewedEmail : `customer-${number}@shop.test`;
  const body = {
    scenario: outcome === 'refunded' ? 'paid' : outcome,
    orderNumber,
    currency,
    lines: [tea, pot],
    shippingTotal: totals[currency].shipping,
    customer: { customerId: `C-${number}`, email, fullName: `Ada Number${number}` },
  };
  return { orderNumber, outcome, currency, totalMinor: totals[currency].minor, email, body };
}

/** One attempt at a checkout: the order when the shop says that it is placed, or what it said instead. */
export async function checkoutOnce(
  stack: { readonly twins: Twins },
  planned: PlannedOrder,
): Promise<TestOrder | string> {
  const { body, ...order } = planned;
  const answer = await ask(`${stack.twins.urls.shop}/api/checkout`, { method: 'POST', body });
  const { orderId, paymentId } = answer.body;
  if (typeof orderId === 'string' && typeof paymentId === 'string') {
    return { ...order, orderId, paymentId };
  }
  return JSON.stringify(answer);
}

/** Credits the invoice of an order in Books and marks the credit note for refund; false before it is paid. */
export async function refundFromBooks(
  stack: { readonly twins: Twins },
  order: TestOrder,
): Promise<boolean> {
  const { zoho } = await stack.twins.ledgers();
  const invoice = zoho('invoices').find(
    (one) => at(one, 'source.reference_number') === order.orderNumber,
  );
  if (invoice === undefined || invoice['paidMinor'] !== invoice['totalMinor']) return false;
  await stack.twins.control('zoho', '/credit-invoice', {
    method: 'POST',
    body: { invoice_id: invoice['id'] },
  });
  return true;
}

const statuses: Readonly<Record<Outcome, string>> = {
  paid: 'paid',
  declined: 'declined',
  review: 'in_review',
  refunded: 'refunded',
};

/** What of an order is not yet, or never, as it must be; empty when everything is there once and to the cent. */
export async function deviationsOf(
  stack: { readonly twins: Twins; mailFolder(): string },
  orders: readonly TestOrder[],
): Promise<readonly string[]> {
  const ledgers = await stack.twins.ledgers();
  const mails = await readMails(stack.mailFolder());
  return orders.flatMap((order) => deviations(order, ledgers, mails));
}

function deviations(order: TestOrder, ledgers: Ledgers, mails: readonly string[]): string[] {
  const { orderNumber } = order;
  const shopOrder = ledgers.shop('orders').find((one) => one['orderNumber'] === orderNumber);
  const status = at(shopOrder, 'status');
  const found = objectsOf(order, ledgers, mails);
  const wanted = wantedOf(order);
  const counts = kinds.flatMap((kind) =>
    found[kind].length === wanted[kind]
      ? []
      : [`${orderNumber} has ${found[kind].length} of ${kind} instead of ${wanted[kind]}`],
  );
  const amounts = Object.entries(amountFields).flatMap(([kind, field]) =>
    found[kind as Kind]
      .filter((object) => !isExact(order, object, field))
      .map((object) => `${orderNumber} has ${kind} over ${String(object[field])}`),
  );
  const unpaid = found.invoice
    .filter((invoice) => invoice['paidMinor'] !== order.totalMinor)
    .map((invoice) => `${orderNumber} has an invoice paid to ${String(invoice['paidMinor'])}`);
  const isTold = status === statuses[order.outcome];
  const told = isTold ? [] : [`${orderNumber} is ${String(status)} in the shop`];
  return [...told, ...counts, ...amounts, ...unpaid];
}

const kinds = [
  'card payment',
  'card refund',
  'contact',
  'CRM contact',
  'CRM note',
  'sales order',
  'invoice',
  'customer payment',
  'credit note refund',
  'ticket',
  'mail',
] as const;
type Kind = (typeof kinds)[number];

const amountFields: Readonly<Partial<Record<Kind, string>>> = {
  'card payment': 'amountMinor',
  'card refund': 'amountMinor',
  'sales order': 'totalMinor',
  invoice: 'totalMinor',
  'customer payment': 'totalMinor',
  'credit note refund': 'minor',
};

function wantedOf({ outcome }: TestOrder): Readonly<Record<Kind, number>> {
  const isBooked = outcome === 'paid' || outcome === 'refunded';
  const isRefunded = outcome === 'refunded';
  const isDeclined = outcome === 'declined';
  return {
    'card payment': 1,
    'card refund': Number(isRefunded),
    contact: Number(isBooked),
    'CRM contact': Number(isBooked || isDeclined),
    'CRM note': Number(isDeclined),
    'sales order': Number(isBooked),
    invoice: Number(isBooked),
    'customer payment': Number(isBooked),
    'credit note refund': Number(isRefunded),
    ticket: Number(outcome === 'review'),
    mail: Number(isDeclined),
  };
}

function isExact({ totalMinor, currency }: TestOrder, object: Json, field: string): boolean {
  const found = object['currency'] ?? object['currencyCode'] ?? currency;
  return object[field] === totalMinor && found === currency;
}

function objectsOf(
  order: TestOrder,
  { cybersource, zoho }: Ledgers,
  mails: readonly string[],
): Readonly<Record<Kind, readonly Json[]>> {
  const { orderNumber, paymentId, email } = order;
  const isOfOrder = (object: Json): boolean =>
    at(object, 'source.reference_number') === orderNumber;
  const cardPayments = cybersource('payments').filter(({ code }) => code === paymentId);
  const transactionIds = cardPayments.map(({ id }) => id);
  const invoices = zoho('invoices').filter(isOfOrder);
  const noteIds = zoho('creditnotes')
    .filter(({ invoiceId }) => invoices.some(({ id }) => id === invoiceId))
    .map(({ id }) => id);
  return {
    'card payment': cardPayments,
    'card refund': cybersource('refunds').filter((one) => transactionIds.includes(one['rootId'])),
    contact: zoho('contacts').filter((contact) =>
      listAt(contact, 'source.contact_persons').some((person) => person['email'] === email),
    ),
    'CRM contact': zoho('crm-contacts').filter((one) => at(one, 'values.Email') === email),
    'CRM note': zoho('crm-notes').filter((note) =>
      String(at(note, 'values.Note_Content')).includes(`order ${orderNumber} `),
    ),
    'sales order': zoho('salesorders').filter(isOfOrder),
    invoice: invoices,
    'customer payment': zoho('customerpayments').filter((one) =>
      transactionIds.includes(at(one, 'source.reference_number')),
    ),
    'credit note refund': zoho('creditnote_refunds').filter((one) =>
      noteIds.includes(one['creditNoteId']),
    ),
    ticket: zoho('desk-tickets').filter((ticket) =>
      String(at(ticket, 'fields.description')).includes(paymentId),
    ),
    mail: mails.filter((text) => text.includes(`To: ${email}`)).map((text) => ({ text })),
  };
}

async function readMails(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  const mails = names.filter((name) => name.endsWith('.eml'));
  return await Promise.all(mails.map((name) => readFile(join(folder, name), 'utf8')));
}

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { textAt, type Json } from '../../json.ts';
import { startSandbox, type Sandbox } from '../../sandbox.ts';
import {
  booksClient,
  send,
  startReceiver,
  settings,
  type Answer,
} from '../../testing/twin-clients.ts';
import { financeSignature } from './webhook.ts';

let sandbox: Sandbox;
let receiver: Awaited<ReturnType<typeof startReceiver>>;
let books: Awaited<ReturnType<typeof booksClient>>;
let inventory: Awaited<ReturnType<typeof booksClient>>;

beforeAll(async () => {
  receiver = await startReceiver();
  sandbox = await startSandbox({ zohoRateLimitPerMinute: 5000, zohoGatewayUrl: receiver.url });
  books = await booksClient(sandbox.zohoUrl);
  inventory = await booksClient(sandbox.zohoUrl, '/inventory/v1');
});
afterAll(async () => {
  await sandbox.stop();
  await receiver.stop();
});

let count = 0;
async function newContact(currency = 'EUR'): Promise<string> {
  count += 1;
  const { body } = await books('POST', '/contacts', {
    body: { contact_name: `Customer ${count}`, currency_code: currency },
  });
  return textAt(body, 'contact.contact_id') ?? '';
}

async function newInvoice(rate: number, change: Json = {}): Promise<Json> {
  const customer_id = change['customer_id'] ?? (await newContact());
  const { body } = await books('POST', '/invoices', {
    body: { customer_id, line_items: [{ name: 'Tea', rate, quantity: 1 }], ...change },
  });
  return body['invoice'] as Json;
}

function payment(invoice: Json, amount: number, change: Json = {}): Json {
  return {
    customer_id: invoice['customer_id'],
    payment_mode: 'creditcard',
    date: '2026-01-15',
    amount,
    invoices: [{ invoice_id: invoice['invoice_id'], amount_applied: amount }],
    ...change,
  };
}

const invoiceOf = async (id: unknown): Promise<Json> =>
  (await books('GET', `/invoices/${String(id)}`)).body['invoice'] as Json;
const unique = (value: string): Record<string, string> => ({
  'x-unique-identifier-key': 'cf_sluice_key',
  'x-unique-identifier-value': value,
  'x-upsert': 'true',
});

describe('Books: envelope and errors', () => {
  it('creates with 201, a location and a 19-digit id as a text', async () => {
    const answer = await books('POST', '/contacts', { body: { contact_name: 'Envelope' } });

    expect(answer).toMatchObject({ status: 201, body: { code: 0 } });
    const id = textAt(answer.body, 'contact.contact_id');
    expect(id).toMatch(/^\d{19}$/);
    expect(answer.headers.get('location')).toBe(`/api/v3/contacts/${id}`);
    expect(answer.headers.get('x-rate-limit-limit')).toBe('10000');
  });

  it.each([
    ['GET', '/invoices/1', undefined, 404, 1002],
    ['GET', '/items/1', undefined, 404, 2006],
    ['GET', '/nothing', undefined, 404, 5],
    ['POST', '/contacts', { contact_name: 'Envelope' }, 400, 3062],
    [
      'POST',
      '/contacts',
      { contact_name: 'Mail', contact_persons: [{ email: 'not an address' }] },
      400,
      2,
    ],
    ['POST', '/invoices', { customer_id: '1' }, 400, 2],
  ])('answers %s %s as Zoho does', async (method, path, body, status, code) => {
    const answer = await books(method, path, body === undefined ? {} : { body });

    expect([answer.status, answer.body['code']]).toEqual([status, code]);
  });

  it('wants the organisation on every call but the list of organisations', async () => {
    const { authorization } = { authorization: 'Zoho-oauthtoken none' };
    const answer = await send('GET', `${sandbox.zohoUrl}/books/v3/contacts`, {
      headers: { authorization },
    });
    expect(answer.status).toBe(401);
    const wrong = await books('GET', '/contacts?organization_id=9');
    expect(wrong).toMatchObject({ status: 400, body: { code: 6041 } });
  });

  it('takes the legacy form field JSONString', async () => {
    const answer = await books('POST', '/contacts', {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ JSONString: '{"contact_name":"Form"}' }).toString(),
    });

    expect(answer).toMatchObject({ status: 201, body: { contact: { contact_name: 'Form' } } });
  });
});

describe('Books: upsert by a unique field', () => {
  it('creates at first and updates after that', async () => {
    const headers = unique('upsert-1');
    const first = await books('PUT', '/contacts', { headers, body: { contact_name: 'Up' } });
    const second = await books('PUT', '/contacts', {
      headers,
      body: { contact_name: 'Up', notes: 'changed' },
    });

    expect([first.status, second.status]).toEqual([201, 200]);
    expect(textAt(second.body, 'contact.contact_id')).toBe(
      textAt(first.body, 'contact.contact_id'),
    );
    expect(second.body).toMatchObject({
      contact: { notes: 'changed', custom_field_hash: { cf_sluice_key: 'upsert-1' } },
    });
  });

  it('refuses a value another record has, and a field that is not unique', async () => {
    const body = {
      contact_name: 'Other',
      custom_fields: [{ api_name: 'cf_sluice_key', value: 'upsert-1' }],
    };
    const taken = await books('POST', '/contacts', { body });
    const headers = { ...unique('x'), 'x-unique-identifier-key': 'cf_other' };
    const plain = await books('PUT', '/contacts', { headers, body: { contact_name: 'Other' } });

    expect([taken.status, plain.status]).toEqual([400, 400]);
  });

  it('creates nothing without X-Upsert', async () => {
    const headers = { ...unique('nobody'), 'x-upsert': 'false' };

    const answer = await books('PUT', '/contacts', { headers, body: { contact_name: 'Nobody' } });

    expect(answer).toMatchObject({ status: 404, body: { code: 1002 } });
  });

  it('records a payment once, however often it is sent', async () => {
    const invoice = await newInvoice(50);
    const headers = unique('payment-1');
    const body = payment(invoice, 50);

    await books('PUT', '/customerpayments', { headers, body });
    const again = await books('PUT', '/customerpayments', { headers, body });

    expect(again).toMatchObject({ status: 200, body: { payment: { amount: 50 } } });
    expect(await invoiceOf(invoice['invoice_id'])).toMatchObject({ status: 'paid', balance: 0 });
  });

  it('finds a record by its custom field in a list', async () => {
    for (const query of ['cf_sluice_key=payment-1', 'custom_field=payment-1']) {
      const { body } = await books('GET', `/customerpayments?${query}`);
      expect(body['customerpayments']).toHaveLength(1);
      expect(body).toMatchObject({ page_context: { page: 1, has_more_page: false } });
    }
  });
});

describe('Books: amounts', () => {
  it.each([
    ['EUR', 12.5, 3, 37.5],
    ['EUR', 0.335, 3, 1.01],
    ['JPY', 1980, 2, 3960],
    ['KWD', 4.125, 3, 12.375],
  ])('adds up %s %d times %d exactly', async (currency, rate, quantity, total) => {
    const customer_id = await newContact(currency);

    const invoice = await newInvoice(0, {
      customer_id,
      line_items: [{ name: 'Tea', rate, quantity }],
    });

    expect(invoice).toMatchObject({ currency_code: currency, total, balance: total });
  });

  it('moves the status with the balance and refuses more than is due', async () => {
    const invoice = await newInvoice(100.1);
    await books('POST', `/invoices/${String(invoice['invoice_id'])}/status/sent`);

    await books('POST', '/customerpayments', { body: payment(invoice, 33.37) });
    const part = await invoiceOf(invoice['invoice_id']);
    const tooMuch = await books('POST', '/customerpayments', { body: payment(invoice, 66.74) });
    await books('POST', '/customerpayments', { body: payment(invoice, 66.73) });

    expect(part).toMatchObject({ status: 'partially_paid', balance: 66.73, payment_made: 33.37 });
    expect(tooMuch).toMatchObject({ status: 400, body: { code: 24016 } });
    expect(await invoiceOf(invoice['invoice_id'])).toMatchObject({ status: 'paid', balance: 0 });
  });

  it('keeps what is not applied, and books to undeposited funds without an account', async () => {
    const invoice = await newInvoice(10);

    const { body } = await books('POST', '/customerpayments', {
      body: payment(invoice, 10, { amount: 15 }),
    });

    expect(body).toMatchObject({
      payment: { unused_amount: 5, account_name: 'Undeposited Funds' },
    });
  });

  it('refuses an account of another currency', async () => {
    const customer_id = await newContact('JPY');
    const invoice = await newInvoice(1980, { customer_id });
    const { body } = await books('GET', '/bankaccounts');
    const accounts = body['bankaccounts'] as Json[];
    const clearing = (code: string): unknown =>
      accounts.find(
        ({ account_name, currency_code }) =>
          String(account_name).includes('Clearing') && currency_code === code,
      )?.['account_id'];

    const pay = (code: string): Promise<Answer> =>
      books('POST', '/customerpayments', {
        body: payment(invoice, 1980, { account_id: clearing(code) }),
      });

    expect((await pay('KWD')).status).toBe(400);
    expect(await pay('JPY')).toMatchObject({
      status: 201,
      body: { payment: { account_name: 'Cybersource Clearing JPY', amount: 1980 } },
    });
  });

  it('gives the invoice its balance back when a payment is deleted', async () => {
    const invoice = await newInvoice(8);
    const { body } = await books('POST', '/customerpayments', { body: payment(invoice, 8) });

    await books('DELETE', `/customerpayments/${textAt(body, 'payment.payment_id')}`);

    expect(await invoiceOf(invoice['invoice_id'])).toMatchObject({ balance: 8, payment_made: 0 });
  });
});

describe('Inventory', () => {
  it('sees the same records as Books', async () => {
    const item = await inventory('POST', '/items', {
      body: { name: 'Green tea', sku: 'TEA', rate: 12.5 },
    });
    const item_id = textAt(item.body, 'item.item_id');
    const customer_id = await newContact();
    const order = await inventory('POST', '/salesorders', {
      body: { customer_id, salesorder_number: 'SO-X', line_items: [{ item_id, quantity: 2 }] },
    });
    const twice = await inventory('POST', '/salesorders', {
      body: { customer_id, salesorder_number: 'so-x', line_items: [{ item_id, quantity: 2 }] },
    });
    const id = textAt(order.body, 'salesorder.salesorder_id');

    expect(order).toMatchObject({ status: 201, body: { salesorder: { total: 25 } } });
    expect(twice.body['code']).toBe(36_004);
    expect((await books('GET', `/salesorders/${id}`)).status).toBe(200);
    const known = await inventory('POST', '/items', { body: { name: 'green tea' } });
    expect(known.body['code']).toBe(1001);
  });
});

describe('Books: credit notes', () => {
  it('are refunded up to their balance and are closed then', async () => {
    const invoice = await newInvoice(40);
    await books('POST', '/customerpayments', { body: payment(invoice, 40) });
    const { body } = await books(
      'POST',
      `/creditnotes?invoice_id=${String(invoice['invoice_id'])}`,
      {
        body: {
          customer_id: invoice['customer_id'],
          date: '2026-01-16',
          line_items: [{ name: 'Tea', rate: 15, quantity: 1 }],
        },
      },
    );
    const id = textAt(body, 'creditnote.creditnote_id');
    expect(body).toMatchObject({
      creditnote: { invoice_id: invoice['invoice_id'], balance: 15, status: 'open' },
    });
    const account = ((await books('GET', '/bankaccounts')).body['bankaccounts'] as Json[])[1];
    const refund = (amount: number): Promise<Answer> =>
      books('POST', `/creditnotes/${id}/refunds`, {
        body: {
          date: '2026-01-16',
          refund_mode: 'creditcard',
          reference_number: 'R-1',
          amount,
          from_account_id: account?.['account_id'],
        },
      });

    const tooMuch = await refund(15.01);
    const good = await refund(15);
    const again = await refund(15);

    expect([tooMuch.status, good.status, again.status]).toEqual([400, 201, 400]);
    const { body: after } = await books('GET', `/creditnotes/${id}`);
    expect(after).toMatchObject({ creditnote: { balance: 0, status: 'closed' } });
    const { body: found } = await books('GET', `/creditnotes/${id}/refunds`);
    expect(found['creditnote_refunds']).toMatchObject([{ reference_number: 'R-1', amount: 15 }]);
  });

  it('send a signed webhook when they are marked for refund', async () => {
    const invoice = await newInvoice(22);
    const before = receiver.received.length;

    const { body } = await send('POST', `${sandbox.zohoUrl}/_control/credit-invoice`, {
      body: { invoice_id: invoice['invoice_id'] },
    });
    await receiver.count(before + 1);

    const { headers, body: raw, json } = receiver.received[before]!;
    expect(json).toMatchObject({
      creditnote: {
        creditnote_id: textAt(body, 'creditnote.creditnote_id'),
        invoice_id: invoice['invoice_id'],
        total: 22,
        custom_field_hash: { cf_refund_to_card: true },
      },
    });
    expect(headers['x-gateway-event']).toBe('creditnote.update');
    expect(headers['x-zoho-webhook-signature']).toBe(
      financeSignature(settings.zohoWebhookSecret, { pairs: [], rawJson: raw }),
    );
  });

  it('send no second webhook for an update that leaves the mark as it is', async () => {
    const invoice = await newInvoice(5);
    const before = receiver.received.length;
    const { body } = await send('POST', `${sandbox.zohoUrl}/_control/credit-invoice`, {
      body: { invoice_id: invoice['invoice_id'] },
    });
    const id = textAt(body, 'creditnote.creditnote_id');
    await books('PUT', `/creditnotes/${id}`, { body: { notes: 'looked at' } });
    await send('POST', `${sandbox.zohoUrl}/_control/mark-refund`, { body: { creditnote_id: id } });
    await receiver.count(before + 2);

    const { body: ledger } = await send('GET', `${sandbox.zohoUrl}/_control/ledger/webhooks`);
    const mine = (ledger['webhooks'] as Json[]).filter(
      (entry) => textAt(entry, 'content.creditnote.creditnote_id') === id,
    );
    expect(mine).toHaveLength(2);
  });

  it('take comments', async () => {
    const invoice = await newInvoice(5);
    const path = `/invoices/${String(invoice['invoice_id'])}/comments`;

    const made = await books('POST', path, { body: { description: 'Refund refused: too late' } });

    expect(made.status).toBe(201);
    expect((await books('GET', path)).body['comments']).toMatchObject([
      { description: 'Refund refused: too late' },
    ]);
  });
});

describe('financeSignature', () => {
  it('signs sorted pairs before the raw JSON', () => {
    const rawJson = '{"a":1}';
    const pairs = [
      ['z', '1'],
      ['a', '2'],
    ] as const;

    expect(financeSignature('secretsecret', { pairs, rawJson })).toBe(
      financeSignature('secretsecret', { pairs: [], rawJson: 'a2z1{"a":1}' }),
    );
  });
});

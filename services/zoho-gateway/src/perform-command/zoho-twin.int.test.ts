import { createServer, type AddressInfo } from 'node:net';
import { until } from '@sluice/messaging/testing';
import { startSandbox, type SandboxProcess } from '@sluice/service-host/testing';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { ReadCreditNotes } from '../read-credit-notes/read-credit-notes.ts';
import { startTestApp, type TestApp } from '../testing/test-app.ts';

type Json = Record<string, unknown>;

// Ids that begin so are the ones the card number gates mistake most often.
const idPrefix = '460000000';

describe('zoho-gateway on the Zoho twin', () => {
  let sandbox: SandboxProcess;
  let testApp: TestApp;
  let stepCount = 0;

  beforeAll(async () => {
    const port = await freePort();
    sandbox = await startSandbox({
      ZOHO_ID_PREFIX: idPrefix,
      ZOHO_RATE_LIMIT_PER_MINUTE: '1000',
      ZOHO_GATEWAY_URL: `http://127.0.0.1:${port}`,
    });
    testApp = await startTestApp(inject('databaseUrl'), {
      zohoAccountsUrl: sandbox.zoho,
      zohoApiUrl: sandbox.zoho,
      zohoDeskUrl: sandbox.zoho,
      zohoDeskDepartmentId: `${idPrefix}0000000900`,
    });
    await testApp.app.listen(port, '127.0.0.1');
  });

  afterAll(async () => {
    await testApp.close();
    await sandbox.stop();
  });

  async function control(method: string, path: string, body?: unknown): Promise<Json> {
    const reply = await fetch(`${sandbox.zoho}/_control/${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      body: body === undefined ? null : JSON.stringify(body),
    });
    return (await reply.json()) as Json;
  }

  async function rows(kind: string): Promise<readonly Json[]> {
    const ledger = await control('GET', `ledger/${kind}`);
    return ledger[kind] as readonly Json[];
  }

  function step(name: string, values: Json) {
    stepCount += 1;
    return { function: name, arguments: values, effectKey: `run/${stepCount}/1` };
  }

  async function outcomeOf(effectKey: string): Promise<Json> {
    const events = await testApp.events();
    const outcome = events
      .map(({ data }) => data as unknown as Json)
      .find((data) => data['effectKey'] === effectKey);
    const output = outcome?.['output'];
    return { ...outcome, ...(typeof output === 'string' ? (JSON.parse(output) as Json) : {}) };
  }

  async function run(name: string, values: Json): Promise<Json> {
    const command = step(name, values);
    await testApp.command(command);
    return await outcomeOf(command.effectKey);
  }

  const contactOf = (key: string) => ({
    uniqueValue: `${key}@example.com`,
    body: {
      contact_name: `Ada ${key}`,
      contact_type: 'customer',
      contact_persons: [
        {
          first_name: 'Ada',
          last_name: 'L',
          email: `${key}@example.com`,
          is_primary_contact: true,
        },
      ],
    },
  });

  it.each([
    ['EUR', '4.10', '2.50', '10.70'],
    ['JPY', '410', '250', '1070'],
    ['KWD', '4.105', '2.500', '10.710'],
  ])('books an order in %s from the contact to the refund, exactly', async (...amounts) => {
    const [currency, rate, shipping, total] = amounts;
    const orderId = `order-${currency}`;
    const paymentId = `payment-${currency}`;
    const { contactId } = await run('zoho.books.upsertContact:1.0.0', contactOf(currency));
    const crm = await run('zoho.crm.upsertContact:1.0.0', {
      contact: { Last_Name: 'L', Email: `${currency}@example.com` },
      account: { Account_Name: `Engines ${currency}` },
    });
    const { itemIds } = await run('zoho.inventory.upsertItems:1.0.0', {
      items: [{ sku: 'TEA', name: 'Tea', rate: '4.10' }],
    });
    const document = {
      customer_id: contactId,
      reference_number: orderId,
      date: '2026-03-01',
      currency_code: currency,
      shipping_charge: shipping,
      line_items: [{ item_id: (itemIds as Json)['TEA'], name: 'Tea', rate, quantity: 2 }],
      custom_fields: [
        { api_name: 'cf_sluice_order', value: orderId },
        { api_name: 'cf_sluice_payment', value: paymentId },
      ],
    };
    const order = await run('zoho.inventory.createSalesOrder:1.0.0', {
      uniqueValue: orderId,
      body: document,
    });
    const invoice = await run('zoho.books.createInvoice:1.0.0', {
      uniqueValue: orderId,
      body: document,
    });
    const payment = await run('zoho.books.recordPayment:1.0.0', {
      uniqueValue: paymentId,
      paymentId,
      transactionId: '7000000000000000000001',
      currency,
      body: {
        customer_id: contactId,
        payment_mode: 'creditcard',
        amount: total,
        date: '2026-03-01',
        invoices: [{ invoice_id: invoice['invoiceId'], amount_applied: total }],
      },
    });
    const found = await run('zoho.books.findInvoice:1.0.0', { uniqueValue: orderId });
    const creditNote = await run('zoho.books.createCreditNote:1.0.0', {
      uniqueValue: `refund-${currency}`,
      invoiceId: invoice['invoiceId'],
      body: {
        customer_id: contactId,
        date: '2026-03-02',
        currency_code: currency,
        line_items: [{ name: 'Refund', rate, quantity: 1 }],
      },
    });
    const refund = await run('zoho.books.refundCreditNote:1.0.0', {
      creditNoteId: creditNote['creditNoteId'],
      refundId: `refund-${currency}`,
      paymentId,
      transactionId: '7000000000000000000002',
      currency,
      body: { date: '2026-03-02', refund_mode: 'creditcard', amount: rate },
    });

    expect([crm['status'], order['status']]).toEqual(['SUCCEEDED', 'SUCCEEDED']);
    expect(invoice).toMatchObject({ total, balance: total, currency, contactId });
    expect(payment).toMatchObject({ status: 'SUCCEEDED', amount: total, currency });
    expect(found).toMatchObject({ invoiceId: invoice['invoiceId'], total });
    expect(Number(found['balance'])).toBe(0);
    expect(refund).toMatchObject({ status: 'SUCCEEDED', amount: rate, currency });
  });

  it('refuses a payment over the balance in the words of the catalogue', async () => {
    const { contactId } = await run('zoho.books.upsertContact:1.0.0', contactOf('EUR'));
    const { invoiceId } = await run('zoho.books.findInvoice:1.0.0', { uniqueValue: 'order-EUR' });

    const outcome = await run('zoho.books.recordPayment:1.0.0', {
      uniqueValue: 'over',
      paymentId: 'over',
      transactionId: '7000000000000000000003',
      currency: 'EUR',
      body: {
        customer_id: contactId,
        payment_mode: 'creditcard',
        amount: '99.00',
        date: '2026-03-01',
        invoices: [{ invoice_id: invoiceId, amount_applied: '99.00' }],
      },
    });

    expect(outcome).toMatchObject({
      status: 'REJECTED',
      errorType: 'urn:sluice:error:over-application',
    });
  });

  it('leaves note, comment and ticket once', async () => {
    const [creditNote] = await rows('creditnotes');
    const twice = async (name: string, values: Json): Promise<void> => {
      await run(name, values);
      await run(name, values);
    };

    await twice('zoho.crm.addNote:1.0.0', {
      uniqueValue: 'declined-1',
      email: 'new@example.com',
      lastName: 'New',
      body: { Note_Title: 'Declined', Note_Content: 'Too little money.' },
    });
    await twice('zoho.books.commentCreditNote:1.0.0', {
      creditNoteId: String(creditNote?.['id']),
      text: 'The refund was refused.',
    });
    await twice('zoho.desk.openTicket:1.0.0', {
      uniqueValue: 'case-1',
      body: { subject: 'Review', contact: { lastName: 'New', email: 'new@example.com' } },
    });

    const { objects } = await control('GET', 'ledger');
    const count = (kind: string): number => ((objects as Json)[kind] as unknown[]).length;
    expect([count('finance-comments'), count('desk-tickets')]).toEqual([1, 1]);
    const outcomes = (await testApp.events()).map(({ data }) => data as unknown as Json);
    const noteIds = outcomes
      .filter(({ function: name }) => name === 'zoho.crm.addNote:1.0.0')
      .map(({ output }) => output);
    expect(new Set(noteIds).size).toBe(1);
  });

  it('finds the contact whose answer was lost after it was written', async () => {
    const command = step('zoho.books.upsertContact:1.0.0', contactOf('lost'));
    const fault = { route: 'PUT /books/v3/contacts', kind: 'reset_after', times: 1 };
    await control('PUT', 'faults', [fault]);

    await expect(testApp.command(command)).rejects.toMatchObject({ code: 'EFFECT_UNKNOWN' });
    await testApp.skipWaits();
    await testApp.command(command);

    const contacts = (await rows('contacts')).filter((row) =>
      JSON.stringify(row).includes('lost@example.com'),
    );
    expect(contacts).toHaveLength(1);
    expect(await outcomeOf(command.effectKey)).toMatchObject({
      status: 'SUCCEEDED',
      contactId: contacts[0]?.['id'],
    });
  });

  it('goes on with a new token when the old one is revoked', async () => {
    await control('POST', 'revoke-tokens');

    const outcome = await run('zoho.books.upsertContact:1.0.0', contactOf('revoked'));

    expect(outcome['status']).toBe('SUCCEEDED');
  });

  it('gives up an invalid e-mail address in the words of Zoho', async () => {
    const values = contactOf('bad');
    const [person] = values.body.contact_persons;
    Object.assign(person ?? {}, { email: 'not an address' });

    const command = testApp.command(step('zoho.books.upsertContact:1.0.0', values));

    await expect(command).rejects.toMatchObject({
      code: 'ZOHO_REFUSED',
      message: expect.stringMatching(/mail/i),
    });
  });

  it('asks for the refund of a credit note whose webhook the twin sends', async () => {
    const invoices = await rows('invoices');
    const invoice = invoices.find((row) => JSON.stringify(row).includes('order-EUR'));

    const { creditnote } = await control('POST', 'credit-invoice', {
      invoice_id: invoice?.['id'],
      amount: 1,
    });
    const reading = testApp.app.get(ReadCreditNotes);
    await until(async () => (await reading.run()) > 0, { what: 'the webhook of the twin' });

    const events = (await testApp.events()).filter(({ type }) => type.endsWith('MarkedForRefund'));
    expect(events).toEqual([
      expect.objectContaining({
        key: 'payment-EUR',
        data: expect.objectContaining({
          creditNoteId: (creditnote as Json)['creditnote_id'],
          orderId: 'order-EUR',
          total: expect.stringMatching(/^1(\.00?)?$/),
          currency: 'EUR',
        }),
      }),
    ]);
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => void server.close(resolve));
  return port;
}

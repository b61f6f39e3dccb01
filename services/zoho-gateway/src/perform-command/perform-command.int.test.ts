import { CommandEffects } from '@sluice/commands';
import { Effects } from '@sluice/effects';
import { DependencyDown } from '@sluice/failure';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import {
  ZohoNotExecuted,
  ZohoOutcomeUnknown,
  ZohoRefused,
  type ZohoRequest,
} from '../gateways/zoho.gateway.ts';
import { startTestApp, type TestApp } from '../testing/test-app.ts';

const upsertContact = 'zoho.books.upsertContact:1.0.0';
const upsertItems = 'zoho.inventory.upsertItems:1.0.0';
const createInvoice = 'zoho.books.createInvoice:1.0.0';
const recordPayment = 'zoho.books.recordPayment:1.0.0';
const openTicket = 'zoho.desk.openTicket:1.0.0';
const findInvoice = 'zoho.books.findInvoice:1.0.0';

const anyRequest: ZohoRequest = { product: 'books', method: 'PUT', path: '/customerpayments' };

describe('PerformCommandConsumer', () => {
  let testApp: TestApp;
  let keyCount = 0;
  let effectKey: string;

  beforeAll(async () => {
    testApp = await startTestApp(inject('databaseUrl'));
  });

  afterAll(async () => {
    await testApp.close();
  });

  beforeEach(() => {
    keyCount += 1;
    effectKey = `run-${keyCount}/task/1`;
  });

  async function outcomes(): Promise<readonly Record<string, unknown>[]> {
    const events = await testApp.events();
    return events
      .map(({ data }) => data as unknown as Record<string, unknown>)
      .filter((data) => data['effectKey'] === effectKey);
  }

  async function resolveDue(): Promise<void> {
    await testApp.skipWaits();
    await testApp.app.get(CommandEffects).resolveDue(20);
  }

  const contact = (email = 'ada@example.com') => ({
    function: upsertContact,
    effectKey,
    arguments: {
      uniqueValue: `key-${keyCount}`,
      body: {
        contact_name: `Ada ${keyCount}`,
        contact_persons: [{ last_name: 'L', email, is_primary_contact: true }],
      },
    },
  });
  const ticket = () => ({
    function: openTicket,
    effectKey,
    arguments: { uniqueValue: `case-${keyCount}`, body: { subject: 'Review', contact: {} } },
  });
  const payment = () => ({
    function: recordPayment,
    effectKey,
    arguments: {
      uniqueValue: `p-${keyCount}`,
      paymentId: `p-${keyCount}`,
      transactionId: '7000000000000000000001',
      currency: 'EUR',
      body: { amount: '12.50', invoices: [] },
    },
  });
  const made = (table: string, key: string) =>
    testApp.zoho.rows(table).filter((row) => JSON.stringify(row).includes(`"${key}"`));

  it('writes once and tells the flow once, however often the command comes', async () => {
    await testApp.command(contact());
    await testApp.command(contact());
    await testApp.command(contact());

    const [row] = made('/contacts', `key-${keyCount}`);
    expect(await outcomes()).toEqual([
      expect.objectContaining({
        status: 'SUCCEEDED',
        function: upsertContact,
        output: JSON.stringify({ contactId: row?.['contact_id'] }),
        commandId: `command-${effectKey}`,
        attempts: 1n,
      }),
    ]);
    const writes = testApp.zoho.calls.filter(({ upsertBy }) => upsertBy === `key-${keyCount}`);
    expect(writes).toHaveLength(1);
  });

  it('finds what was written when the answer was lost, and does not write again', async () => {
    testApp.zoho.nextFailure = { error: new ZohoOutcomeUnknown('reset'), isTaken: true };

    await expect(testApp.command(contact())).rejects.toMatchObject({ code: 'EFFECT_UNKNOWN' });
    expect(await outcomes()).toEqual([]);
    await resolveDue();

    expect(made('/contacts', `key-${keyCount}`)).toHaveLength(1);
    expect(await outcomes()).toEqual([expect.objectContaining({ status: 'SUCCEEDED' })]);
  });

  it('opens one ticket although Desk knows no keys and its answer was lost', async () => {
    const error = new ZohoOutcomeUnknown('reset');
    testApp.zoho.nextFailure = { error, isTaken: true, pathEnd: '/tickets' };

    await expect(testApp.command(ticket())).rejects.toMatchObject({ code: 'EFFECT_UNKNOWN' });
    await resolveDue();

    expect(made('tickets', `case-${keyCount}`)).toHaveLength(1);
    expect(await outcomes()).toHaveLength(1);
  });

  it('writes later what was lost on the way', async () => {
    testApp.zoho.nextFailure = { error: new ZohoOutcomeUnknown('reset'), isTaken: false };

    await expect(testApp.command(contact())).rejects.toMatchObject({ code: 'EFFECT_UNKNOWN' });
    await resolveDue();

    expect(made('/contacts', `key-${keyCount}`)).toHaveLength(1);
    expect(await outcomes()).toHaveLength(1);
  });

  it('waits as long as Zoho asks', async () => {
    const error = new ZohoNotExecuted('per-minute limit', { retryAfterMs: 60_000 });
    testApp.zoho.nextFailure = { error, isTaken: false };

    await expect(testApp.command(contact())).rejects.toMatchObject({ retryAfterMs: 60_000 });
    await testApp.skipWaits();
    await testApp.command(contact());

    expect(await outcomes()).toHaveLength(1);
  });

  it('lets a parked command wait out an outage of any length, without using up its attempts', async () => {
    const error = new ZohoNotExecuted('down', { retryAfterMs: 60_000 });
    testApp.zoho.nextFailure = { error, isTaken: false };
    await expect(testApp.command(contact())).rejects.toMatchObject({ name: 'NotExecuted' });

    const replay = testApp.command({ ...contact(), attempt: 6 });

    await expect(replay).rejects.toBeInstanceOf(DependencyDown);
    await testApp.skipWaits();
    await testApp.command({ ...contact(), attempt: 6 });
    expect(await outcomes()).toHaveLength(1);
  });

  it('gives up in the words of Zoho, tells nobody, and writes when it is retried', async () => {
    const refused = contact('not-an-address');
    const words = { code: 'ZOHO_REFUSED', message: expect.stringMatching(/valid email address/) };
    await expect(testApp.command(refused)).rejects.toMatchObject(words);
    await expect(testApp.command(refused)).rejects.toMatchObject(words);
    expect(await outcomes()).toEqual([]);

    testApp.zoho.acceptsAnyEmail = true;
    await testApp.command(refused);
    testApp.zoho.acceptsAnyEmail = false;

    expect(made('/contacts', `key-${keyCount}`)).toHaveLength(1);
    expect(await outcomes()).toEqual([expect.objectContaining({ status: 'SUCCEEDED', effectKey })]);
  });

  it('tells the flow of a refusal that the catalogue declares', async () => {
    const error = new ZohoRefused(anyRequest, '24016', 'The amount is too much.');
    testApp.zoho.nextFailure = { error, isTaken: false, pathEnd: '/customerpayments' };

    await testApp.command(payment());
    await testApp.command(payment());

    expect(await outcomes()).toEqual([
      expect.objectContaining({
        status: 'REJECTED',
        errorType: 'urn:sluice:error:over-application',
        errorDetail: expect.stringContaining('The amount is too much.'),
        output: '{}',
      }),
    ]);
  });

  it('never does again what two people have abandoned, and tells the flow', async () => {
    testApp.zoho.nextFailure = { error: new ZohoOutcomeUnknown('reset'), isTaken: true };
    await expect(testApp.command(payment())).rejects.toMatchObject({ code: 'EFFECT_UNKNOWN' });
    const [booked] = made('/customerpayments', `p-${keyCount}`);
    Object.assign(booked ?? {}, { amount: 12.49 });
    await resolveDue();
    await expect(testApp.command(payment())).rejects.toMatchObject({ code: 'EFFECT_MANUAL' });
    const verdict = { key: effectKey, verdict: 'ABANDONED', reason: 'Corrected by hand' } as const;
    for (const actor of ['ann', 'ben']) {
      await testApp.app.get(Effects).closeManually({ ...verdict, actor });
    }
    testApp.zoho.calls.length = 0;

    await testApp.command(payment());

    expect(testApp.zoho.calls).toEqual([]);
    expect(await outcomes()).toEqual([
      expect.objectContaining({
        status: 'REJECTED',
        errorType: 'urn:sluice:error:EFFECT_ABANDONED',
        errorDetail: 'Corrected by hand',
      }),
    ]);
  });

  it('tells the flow that there is no invoice', async () => {
    await testApp.command({ function: findInvoice, effectKey, arguments: { uniqueValue: 'none' } });

    expect(await outcomes()).toEqual([
      expect.objectContaining({ errorType: 'urn:sluice:error:invoice-not-found' }),
    ]);
  });

  it('makes each article an effect of its own and goes on where it was interrupted', async () => {
    const items = ['A', 'B', 'C'].map((letter) => ({
      sku: `${letter}-${keyCount}`,
      name: letter,
      rate: '1.00',
    }));
    const command = { function: upsertItems, effectKey, arguments: { items } };
    const error = new ZohoOutcomeUnknown('reset');
    testApp.zoho.nextFailure = {
      error,
      isTaken: true,
      pathEnd: '/items',
      upsertBy: `B-${keyCount}`,
    };

    await expect(testApp.command(command)).rejects.toMatchObject({ name: 'NotExecuted' });
    await resolveDue();
    await testApp.skipWaits();
    await testApp.command(command);

    const skus = testApp.zoho.rows('/items').map((row) => String(row['sku']));
    expect(skus.filter((sku) => sku.endsWith(`-${keyCount}`))).toHaveLength(3);
    const [outcome] = await outcomes();
    expect(Object.keys(JSON.parse(String(outcome?.['output'])).itemIds)).toHaveLength(3);
  });

  it('marks the invoice as sent though the answer of the first attempt was lost', async () => {
    const error = new ZohoOutcomeUnknown('reset');
    testApp.zoho.nextFailure = { error, isTaken: true, pathEnd: '/status/sent' };
    const command = {
      function: createInvoice,
      effectKey,
      arguments: {
        uniqueValue: `o-${keyCount}`,
        body: { currency_code: 'JPY', line_items: [{ rate: '500', quantity: 2 }] },
      },
    };

    await expect(testApp.command(command)).rejects.toMatchObject({ name: 'NotExecuted' });
    await testApp.skipWaits();
    await resolveDue();
    await testApp.skipWaits();
    await testApp.command(command);

    expect(made('/invoices', `o-${keyCount}`)).toEqual([
      expect.objectContaining({ status: 'sent' }),
    ]);
    const [outcome] = await outcomes();
    expect(JSON.parse(String(outcome?.['output']))).toMatchObject({
      total: '1000',
      currency: 'JPY',
    });
  });

  it.each([
    [upsertContact, { body: {} }, 'COMMAND_INVALID'],
    ['zoho.books.burn:1.0.0', {}, 'FUNCTION_UNKNOWN'],
    [upsertItems, { items: [{ name: 'no sku' }] }, 'COMMAND_INVALID'],
    [createInvoice, { uniqueValue: 'x', body: { currency_code: 'NOK' } }, 'CURRENCY_MISSING'],
  ])('gives up %s with %j for good: %s', async (name, values, code) => {
    const command = testApp.command({ function: name, arguments: values, effectKey });

    await expect(command).rejects.toMatchObject({ name: 'PermanentFailure', code });
    expect(await outcomes()).toEqual([]);
  });

  it('performs one command once when several replicas receive it at once', async () => {
    const ends = await Promise.allSettled([
      testApp.command(contact()),
      testApp.command(contact()),
      testApp.command(contact()),
    ]);

    expect(ends.some((end) => end.status === 'fulfilled')).toBe(true);
    expect(made('/contacts', `key-${keyCount}`)).toHaveLength(1);
    expect(await outcomes()).toHaveLength(1);
  });
});

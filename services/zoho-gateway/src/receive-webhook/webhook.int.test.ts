import { createHmac } from 'node:crypto';
import { counterValue } from '@sluice/service-host/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { signWebhook } from '../domain/webhook-signature.ts';
import { splitWebhookBody } from '../domain/webhook-body.ts';
import { ZohoOutcomeUnknown } from '../gateways/zoho.gateway.ts';
import { FindChangedCreditNotes } from '../read-credit-notes/find-changed-credit-notes.ts';
import { ReadCreditNotes } from '../read-credit-notes/read-credit-notes.ts';
import { startTestApp, webhookSecret, type TestApp } from '../testing/test-app.ts';

const json = 'application/json;charset=UTF-8';
const form = 'application/x-www-form-urlencoded';

describe('POST /webhooks/zoho/books', () => {
  let testApp: TestApp;
  let noteCount = 0;
  let creditNoteId: string;
  let note: Record<string, unknown>;

  beforeAll(async () => {
    testApp = await startTestApp(inject('databaseUrl'));
    testApp.zoho.rows('/invoices').push({
      invoice_id: '118000000000200001',
      custom_fields: [
        { api_name: 'cf_sluice_payment', value: 'payment-1' },
        { api_name: 'cf_sluice_order', value: 'order-1' },
        { api_name: 'cf_sluice_order_number', value: '1001' },
        { api_name: 'cf_sluice_shop', value: 'demo-shop' },
      ],
    });
  });

  afterAll(async () => {
    await testApp.close();
  });

  beforeEach(() => {
    noteCount += 1;
    creditNoteId = `1180000000003000${String(noteCount).padStart(3, '0')}`;
    note = {
      creditnote_id: creditNoteId,
      creditnote_number: `CN-${noteCount}`,
      customer_id: '1180000000000260001',
      invoice_id: '118000000000200001',
      status: 'open',
      total: 20.5,
      balance: 12.5,
      currency_code: 'EUR',
      notes: 'Broken cup',
      last_modified_time: new Date().toISOString().replace(/\.\d+Z/, '+0000'),
      custom_fields: [{ api_name: 'cf_refund_to_card', value: true }],
    };
    testApp.zoho.rows('/creditnotes').push(note);
  });

  async function post(
    payload: string,
    options: { contentType?: string; signature?: string; query?: string } = {},
  ): Promise<{ status: number; code: unknown }> {
    const { contentType = json, query = '' } = options;
    const pairs = new Map(new URLSearchParams(query));
    const signature =
      options.signature ??
      signWebhook(splitWebhookBody(payload, contentType), pairs, webhookSecret);
    const reply = await testApp.app.inject({
      method: 'POST',
      url: `/webhooks/zoho/books${query === '' ? '' : `?${query}`}`,
      headers: { 'content-type': contentType, 'x-zoho-webhook-signature': signature },
      payload,
    });
    return { status: reply.statusCode, code: JSON.parse(reply.body).code };
  }

  const body = (record = note): string => JSON.stringify({ creditnote: record });
  const read = () => testApp.app.get(ReadCreditNotes).run();
  const events = async () =>
    (await testApp.events()).filter(
      ({ data }) => (data as { creditNoteId?: string }).creditNoteId === creditNoteId,
    );
  const notices = (): Promise<Record<string, unknown>[]> =>
    testApp.dataSource.query('select * from credit_note_notice where credit_note_id = $1', [
      creditNoteId,
    ]);

  it('asks for the refund of what is open, as Books holds it now', async () => {
    const answer = await post(body({ ...note, balance: 999 }));
    await read();

    expect(answer.status).toBe(200);
    expect(await events()).toEqual([
      expect.objectContaining({
        type: 'sluice.zoho.v1.CreditNoteMarkedForRefund',
        key: 'payment-1',
        correlationId: 'order-1',
        data: expect.objectContaining({
          paymentId: 'payment-1',
          orderId: 'order-1',
          orderNumber: '1001',
          shopId: 'demo-shop',
          total: '12.5',
          currency: 'EUR',
          reason: 'Broken cup',
          invoiceId: '118000000000200001',
        }),
      }),
    ]);
  });

  it.each([
    ['a form with JSONString', () => `JSONString=${encodeURIComponent(body())}`, form, ''],
    ['placeholders', () => JSON.stringify({ creditnote_id: creditNoteId }), json, ''],
    ['JSON with a signed query', () => body(), json, 'event=creditnote.update&a=1'],
  ])('takes %s', async (_name, payload, contentType, query) => {
    const answer = await post(payload(), { contentType, query });
    await read();

    expect(answer.status).toBe(200);
    expect(await events()).toHaveLength(1);
  });

  it('stores a repetition once and never asks for a credit note twice', async () => {
    await post(body());
    await post(body());
    await read();
    expect(await notices()).toHaveLength(1);

    await post(body({ ...note, last_modified_time: '2027-01-01T00:00:00+0000' }));
    await read();

    expect(await notices()).toHaveLength(2);
    expect(await events()).toHaveLength(1);
  });

  it('reads again when a body that names no time comes a second time', async () => {
    const marks = note['custom_fields'];
    note['custom_fields'] = [];
    const placeholders = JSON.stringify({ creditnote_id: creditNoteId });
    await post(placeholders);
    await read();

    note['custom_fields'] = marks;
    await post(placeholders);
    await read();

    expect(await events()).toHaveLength(1);
  });

  it('does not take an answer without the record for a credit note that is not marked', async () => {
    await post(body());
    testApp.zoho.answersInstead = { message: 'success' };
    await read();
    testApp.zoho.answersInstead = undefined;
    expect(await notices()).toEqual([expect.objectContaining({ state: 'waiting' })]);

    await testApp.skipWaits();
    await read();

    expect(await events()).toHaveLength(1);
  });

  it('does not move the search on when the answer holds no list', async () => {
    await testApp.app.get(FindChangedCreditNotes).run();
    await testApp.skipWaits();
    const before = await testApp.dataSource.query('select seen_until from back_fill');
    testApp.zoho.answersInstead = { message: 'success' };
    const search = testApp.app.get(FindChangedCreditNotes).run();
    await expect(search).rejects.toBeInstanceOf(ZohoOutcomeUnknown);
    testApp.zoho.answersInstead = undefined;

    expect(await testApp.dataSource.query('select seen_until from back_fill')).toEqual(before);
  });

  it('does not pass over changes that one search cannot read', async () => {
    await testApp.app.get(FindChangedCreditNotes).run();
    await testApp.skipWaits();
    const before = await testApp.dataSource.query('select seen_until from back_fill');
    testApp.zoho.answersInstead = {
      creditnotes: [note],
      page_context: { has_more_page: true },
    };
    const search = testApp.app.get(FindChangedCreditNotes).run();
    await expect(search).rejects.toMatchObject({ code: 'CREDIT_NOTES_TOO_MANY' });
    testApp.zoho.answersInstead = undefined;

    expect(await testApp.dataSource.query('select seen_until from back_fill')).toEqual(before);
    expect(await notices()).toHaveLength(1);
  });

  it('remembers why a credit note was ignored', async () => {
    note['custom_fields'] = [];
    await post(body());

    await read();

    expect(await events()).toEqual([]);
    expect(await notices()).toEqual([
      expect.objectContaining({
        state: 'ignored',
        detail: 'The credit note is not marked for refund to the card.',
      }),
    ]);
  });

  it('reads again later when Zoho does not answer', async () => {
    await post(body());
    const error = new ZohoOutcomeUnknown('reset');
    testApp.zoho.nextFailure = { error, isTaken: false, pathEnd: creditNoteId };
    await read();
    expect(await notices()).toEqual([expect.objectContaining({ state: 'waiting' })]);

    await testApp.skipWaits();
    await read();

    expect(await events()).toHaveLength(1);
  });

  it('finds a marked credit note whose webhook was lost', async () => {
    const found = testApp.app.get(FindChangedCreditNotes);
    await testApp.skipWaits();

    const first = await found.run();
    const second = await found.run();
    while ((await read()) > 0);

    expect(first).toBeGreaterThan(0);
    expect(second).toBe(0);
    expect(await events()).toHaveLength(1);
  });

  it('refuses a forged and a missing signature with 401, counts them, and stores nothing', async () => {
    const refused = async (): Promise<number[]> =>
      await Promise.all(
        [{ reason: 'SIGNATURE_FORGED' }, { reason: 'SIGNATURE_MISSING' }, {}].map((labels) =>
          counterValue(testApp.app, 'sluice_signatures_refused', { door: 'webhook', ...labels }),
        ),
      );
    const before = await refused();

    await post(body(), { signature: '1'.repeat(64) });
    const forged = await post(body(), { signature: '0'.repeat(64) });
    const missing = await post(body(), { signature: '' });

    expect([forged, missing]).toEqual([
      { status: 401, code: 'WEBHOOK_SIGNATURE_INVALID' },
      { status: 401, code: 'WEBHOOK_SIGNATURE_INVALID' },
    ]);
    const after = await refused();
    expect(after.map((count, index) => count - (before[index] ?? 0))).toEqual([2, 1, 3]);
    expect(await notices()).toEqual([]);
  });

  it.each([
    ['JSON', (text: string) => text, json],
    ['a form', (text: string) => `JSONString=${encodeURIComponent(text)}`, form],
  ])(
    'refuses a card number in %s with 422 and keeps only a keyed hash',
    async (_name, put, type) => {
      const audit = (): Promise<Record<string, unknown>[]> =>
        testApp.dataSource.query('select * from card_number_refusal order by refused_at, id');
      const counted = () => counterValue(testApp.app, 'sluice_card_numbers_refused');
      const [before, countedBefore] = [await audit(), await counted()];
      const payload = put(body({ ...note, notes: 'card 4111 1111 1111 1111' }));

      const answer = await post(payload, { contentType: type });

      const rows = (await audit()).slice(before.length);
      expect(answer).toEqual({ status: 422, code: 'CARD_NUMBER_REFUSED' });
      expect(await notices()).toEqual([]);
      expect(rows).toEqual([
        expect.objectContaining({
          tenant: 'demo',
          door: '/webhooks/zoho/books',
          path: expect.stringMatching(/notes$/),
          keyed_hash: createHmac('sha256', webhookSecret).update(payload).digest('hex'),
        }),
      ]);
      expect(JSON.stringify(rows)).not.toMatch(/4111.?1111/);
      expect((await counted()) - countedBefore).toBe(1);
    },
  );

  it('takes ids that look like card numbers', async () => {
    const answer = await post(body({ ...note, customer_id: '4000000000000000006' }));

    expect(answer.status).toBe(200);
  });

  it('answers 400 to what is not JSON and 413 to what is too large', async () => {
    const broken = await post('{"creditnote":');
    const list = await post('[1]');
    const large = await post(body({ ...note, notes: 'x'.repeat(300_000) }));

    expect([broken.status, list.status, large.status]).toEqual([400, 400, 413]);
  });

  it('takes webhooks of other records without a trace', async () => {
    const answer = await post(JSON.stringify({ invoice: { invoice_id: '1' } }));

    expect(answer.status).toBe(200);
    expect(await notices()).toEqual([]);
  });

  it('wakes who reads when a notice is committed, and lets them rest when all are read', async () => {
    const reading = testApp.app.get(ReadCreditNotes);
    while ((await read()) > 0);
    const wasIdle = await reading.isIdle();
    let calls = 0;
    reading.onWaiting(() => (calls += 1));

    await post(body());
    const isIdle = await reading.isIdle();
    await post(body());
    await read();

    expect([wasIdle, isIdle, await reading.isIdle()]).toEqual([true, false, true]);
    expect(calls).toBe(1);
  });
});

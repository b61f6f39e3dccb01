import { randomUUID } from 'node:crypto';
import { Effects } from '@sluice/effects';
import { counterValue } from '@sluice/service-host/testing';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { CybersourceGatewaySettings } from '../config.ts';
import { isPaymentUpdated, paymentBody, publishedStates } from '../testing/requests.ts';
import { startTestApp, type Answer, type TestApp } from '../testing/test-app.ts';

describe('POST /v1/payments', () => {
  let testApp: TestApp;

  beforeAll(async () => {
    testApp = await startTestApp(inject('databaseUrl'));
  });

  afterAll(async () => {
    await testApp.close();
  });

  async function pay(overrides = {}, idempotencyKey: string = randomUUID()): Promise<Answer> {
    return await testApp.send('POST', '/v1/payments', {
      body: paymentBody(overrides),
      idempotencyKey,
    });
  }

  it('captures a sale, publishes it once, and shows it', async () => {
    const orderId = 'order-of-a-sale';

    const { status, body } = await pay({ orderId });

    expect(status).toBe(201);
    expect(body).toMatchObject({ status: 'captured', transactionId: expect.any(String) });
    expect(await publishedStates(testApp, body['paymentId'])).toEqual(['1 captured']);
    const [event] = (await testApp.events()).filter(isPaymentUpdated);
    expect(event).toMatchObject({
      key: body['paymentId'],
      correlationId: orderId,
      data: { amount: '12.50', currency: 'EUR', toldBy: 'reply', email: 'ada@example.com' },
    });
    const found = await testApp.send('GET', `/v1/payments/${String(body['paymentId'])}`);
    expect(found).toEqual({ status: 200, body });
  });

  it.each([
    [{ capture: false }, 'authorized'],
    [{ amount: '2000.00' }, 'declined'],
    [{ billTo: { fullName: 'Ada', email: 'review@domain.com' } }, 'in_review'],
    [{ token: { type: 'customer', id: 'unknown' } }, 'declined'],
    [{ amount: '1500', currency: 'JPY' }, 'captured'],
    [{ amount: '1.234', currency: 'KWD' }, 'captured'],
  ])('answers %j with %s', async (overrides, expected) => {
    const { status, body } = await pay(overrides);

    expect([status, body['status']]).toEqual([201, expected]);
    expect(await publishedStates(testApp, body['paymentId'])).toEqual([`1 ${expected}`]);
  });

  it('publishes a call that was refused outright under our own reference', async () => {
    const { body } = await pay({ token: { type: 'customer', id: 'unknown' } });

    const events = (await testApp.events()).filter(isPaymentUpdated);
    const event = events.find(({ key }) => key === body['paymentId']);
    expect(event?.data).toMatchObject({
      state: 'declined',
      vendorStatus: 'INVALID_REQUEST',
      reasonCodes: ['INVALID_DATA'],
      transactionId: body['paymentId'],
      rootTransactionId: body['paymentId'],
    });
  });

  it('gives the first answer again for the same key and body, and calls Cybersource once', async () => {
    const body = paymentBody();
    const idempotencyKey = randomUUID();
    const reordered = Object.fromEntries(Object.entries(body).toReversed());
    const callsBefore = testApp.gateway.callCount;

    const first = await testApp.send('POST', '/v1/payments', { body, idempotencyKey });
    const second = await testApp.send('POST', '/v1/payments', { body: reordered, idempotencyKey });

    expect(second).toEqual(first);
    expect(testApp.gateway.callCount - callsBefore).toBe(1);
  });

  it('lets concurrent requests with one key share one payment', async () => {
    const body = paymentBody();
    const idempotencyKey = randomUUID();
    const send = () => testApp.send('POST', '/v1/payments', { body, idempotencyKey });

    const answers = await Promise.all([send(), send(), send(), send()]);

    // A stored answer has its fields in another order than a new one.
    expect(answers).toEqual(answers.map(() => answers[0]));
    expect(answers[0]?.body['status']).toBe('captured');
  });

  it('refuses the same key with another body', async () => {
    const idempotencyKey = randomUUID();
    await pay({}, idempotencyKey);

    const { status, body } = await pay({ amount: '13.00' }, idempotencyKey);

    expect([status, body['code']]).toEqual([409, 'IDEMPOTENCY_KEY_REUSED']);
  });

  it('says unknown while an answer is lost, finds it by look-up, and then says what it was', async () => {
    const body = paymentBody();
    const idempotencyKey = randomUUID();
    testApp.gateway.faults.push('lost-after');
    const first = await testApp.send('POST', '/v1/payments', { body, idempotencyKey });

    await testApp.app.get(Effects).resolveDue();

    const later = await testApp.send('POST', '/v1/payments', { body, idempotencyKey });
    expect([first.body['status'], later.body['status']]).toEqual(['unknown', 'captured']);
    expect(later.body['paymentId']).toBe(first.body['paymentId']);
    const paid = testApp.gateway.transactions.filter(
      ({ reference }) => reference === first.body['paymentId'],
    );
    expect(paid).toHaveLength(1);
    expect(await publishedStates(testApp, first.body['paymentId'])).toEqual(['1 captured']);
  });

  it('sends again what provably never arrived, and pays once', async () => {
    testApp.gateway.faults.push('lost-before');
    const { body } = await pay();

    await testApp.app.get(Effects).resolveDue();
    await testApp.app.get(Effects).perform(`payment/${String(body['paymentId'])}`);

    expect(await publishedStates(testApp, body['paymentId'])).toEqual(['1 captured']);
  });

  it.each([
    ['another amount', { minor: 1300n, currency: 'EUR' }],
    ['another currency', { minor: 1250n, currency: 'USD' }],
  ])('leaves a payment to people that Cybersource tells with %s', async (_what, amount) => {
    testApp.gateway.tells = (transaction) => ({ ...transaction, amount });
    const { body } = await pay();
    const key = `payment/${String(body['paymentId'])}`;

    await testApp.app.get(Effects).resolveDue();
    testApp.gateway.tells = undefined;

    expect(body['status']).toBe('unknown');
    const [effect] = await testApp.rows(`select state, code from effect where key = '${key}'`);
    expect(effect).toEqual({ state: 'MANUAL', code: 'EFFECT_FOUND_DIFFERENT' });
    expect(await publishedStates(testApp, body['paymentId'])).toEqual([]);
  });

  it('does not guess the amount of a payment that is found without one', async () => {
    testApp.gateway.faults.push('lost-after');
    const { body } = await pay();
    testApp.gateway.tells = (transaction) => ({ ...transaction, amount: null });

    await testApp.app.get(Effects).resolveDue();
    testApp.gateway.tells = undefined;

    expect(await publishedStates(testApp, body['paymentId'])).toEqual([]);
  });

  it('believes a call to be running for longer than it may take', async () => {
    let seconds: unknown;
    testApp.gateway.beforeAnswer = async () => {
      const [row] = await testApp.rows(
        `select extract(epoch from lease_until - now())::float8 as left from effect
         where state = 'SENDING'`,
      );
      seconds = row?.['left'];
    };

    await pay();
    testApp.gateway.beforeAnswer = undefined;

    const { cybersourceTimeoutMs } = testApp.app.get(CybersourceGatewaySettings);
    expect(Number(seconds) * 1000).toBeLessThanOrEqual(cybersourceTimeoutMs + 30_000);
    expect(Number(seconds) * 1000).toBeGreaterThan(cybersourceTimeoutMs + 20_000);
  });

  it('refuses a card number wherever it stands, and keeps only a keyed hash', async () => {
    const before = await countOf('payment');
    const places = [
      { orderNumber: '4111 1111 1111 1111' },
      { token: { type: 'customer', id: '4111111111111111' } },
      { billTo: { fullName: 'Ada', email: 'ada@example.com', note: '4111-1111-1111-1111' } },
      { card: { number: '4111111111111111' } },
    ];

    const answers = await Promise.all(places.map((place) => pay(place)));

    for (const { status, body } of answers) {
      expect([status, body['code']]).toEqual([422, 'CARD_NUMBER_REFUSED']);
      expect(JSON.stringify(body)).not.toContain('1111');
    }
    expect(await countOf('payment')).toBe(before);
    const audit = await testApp.rows('select * from card_number_refusal');
    expect(audit).toHaveLength(places.length);
    expect(new Set(audit.map((row) => row['keyed_hash'])).size).toBe(1);
    expect(new Set(audit.map((row) => row['sender']))).toEqual(new Set(['demo-shop']));
    expect(JSON.stringify(audit)).not.toContain('1111 1111');
  });

  it.each([
    [{ amount: '12.505' }, 'MONEY_TOO_MANY_DECIMALS'],
    [{ amount: '0.5', currency: 'JPY' }, 'MONEY_TOO_MANY_DECIMALS'],
    [{ currency: 'XXX' }, 'MONEY_UNKNOWN_CURRENCY'],
    [{ amount: '1e3' }, 'MONEY_NOT_A_NUMBER'],
    [{ amount: '0.00' }, 'AMOUNT_NOT_POSITIVE'],
    [{ amount: '-1.00' }, 'AMOUNT_NOT_POSITIVE'],
    [{ billTo: { fullName: 'Ada', email: 'no address' } }, 'REQUEST_INVALID'],
    [{ surprise: true }, 'REQUEST_INVALID'],
  ])('refuses %j with 422 %s and stores nothing', async (overrides, code) => {
    const before = await countOf('payment');

    const { status, body } = await pay(overrides);

    expect([status, body['code']]).toEqual([422, code]);
    expect(await countOf('payment')).toBe(before);
  });

  it('names all faults of a body at once', async () => {
    const { body } = await pay({ orderId: '', amount: 12, token: undefined });

    const { faults } = body['details'] as { faults: string[] };
    for (const field of ['orderId', 'amount', 'token']) {
      expect(faults.some((fault) => fault.startsWith(field))).toBe(true);
    }
  });

  it.each([
    [{ 'x-sluice-signature': '' }, 'SIGNATURE_MISSING'],
    [
      { 'x-sluice-signature': `t=${Date.now() - 301_000};keyId=demo-shop;sig=${'A'.repeat(43)}=` },
      'SIGNATURE_STALE',
    ],
    [
      { 'x-sluice-signature': `t=${Date.now()};keyId=nobody;sig=${'A'.repeat(43)}=` },
      'SIGNATURE_UNKNOWN_KEY',
    ],
    [
      { 'x-sluice-signature': `t=${Date.now()};keyId=demo-shop;sig=${'A'.repeat(43)}=` },
      'SIGNATURE_FORGED',
    ],
  ])('refuses the signature %j with 401 and counts it', async (headers, code) => {
    const request = { body: paymentBody(), headers };
    const refused = async () => [
      await counterValue(testApp.app, 'sluice_signatures_refused', {
        door: 'client',
        reason: code,
      }),
      await counterValue(testApp.app, 'sluice_signatures_refused'),
    ];
    const before = await refused();

    const { status, body } = await testApp.send('POST', '/v1/payments', request);

    expect([status, body['code']]).toEqual([401, code]);
    expect(await refused()).toEqual(before.map((count) => count + 1));
  });

  it('wants an Idempotency-Key of visible ASCII', async () => {
    for (const key of ['', 'with blank', 'x'.repeat(256)]) {
      const { status, body } = await pay({}, key);

      expect([status, body['code']]).toEqual([400, 'IDEMPOTENCY_KEY_INVALID']);
    }
  });

  it('answers 404 for a payment nobody knows', async () => {
    const { status, body } = await testApp.send('GET', '/v1/payments/nobody');

    expect([status, body['code']]).toEqual([404, 'PAYMENT_NOT_FOUND']);
  });

  it('keeps no name, address or token in the attempts', async () => {
    await pay({ token: { type: 'customer', id: '7SECRETTOKEN' } });

    const attempts = JSON.stringify(await testApp.rows('select * from effect_attempt'));

    expect(attempts).not.toContain('7SECRETTOKEN');
    expect(attempts).not.toContain('Lovelace');
  });

  async function countOf(table: string): Promise<number> {
    const [row] = await testApp.rows(`select count(*)::int as count from ${table}`);
    return Number(row?.['count']);
  }
});

import { signRequest } from '@sluice/request-signing';
import { counterValue } from '@sluice/service-host/testing';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { shopSecret, startTestApp, type Answer, type TestApp } from '../testing/test-app.ts';

const url = '/v1/orders';

function order(overrides: Record<string, unknown> = {}) {
  return {
    shopId: 'demo-shop',
    orderNumber: '1001',
    placedAt: '2026-03-01T10:00:00.000Z',
    currency: 'EUR',
    customer: {
      customerId: 'c-1',
      email: 'ada@example.com',
      fullName: 'Ada Lovelace',
      billingAddress: '12 Analytical Row\nLondon N1 1AA\nGB',
    },
    lines: [{ sku: 'TEA', name: 'Tea', quantity: 2, unitPrice: '5.00' }],
    shippingTotal: '2.50',
    total: '12.50',
    ...overrides,
  };
}

describe('POST /v1/orders', () => {
  let testApp: TestApp;

  beforeAll(async () => {
    testApp = await startTestApp(inject('databaseUrl'));
  });

  afterAll(async () => {
    await testApp.close();
  });

  const post = (body: unknown, headers: Record<string, string> = {}): Promise<Answer> =>
    testApp.send({ method: 'POST', url, body, headers });

  async function storedOrders(): Promise<number> {
    const rows = await testApp.dataSource.query('select count(*)::int as n from shop_order');
    return rows[0].n;
  }

  it('stores the order with its event, once, however often it is sent', async () => {
    const body = order({ orderNumber: 'once' });

    const first = await post(body);
    const again = await post(Object.fromEntries(Object.entries(body).toReversed()));
    const read = await testApp.send({
      method: 'GET',
      url: `${url}/${String(first.body['orderId'])}`,
    });

    expect(first).toEqual({
      status: 201,
      body: {
        orderId: expect.stringMatching(/^[0-9A-Z]{26}$/),
        shopId: 'demo-shop',
        orderNumber: 'once',
        status: 'received',
      },
    });
    expect(again).toEqual({ status: 200, body: first.body });
    expect(read).toEqual({ status: 200, body: first.body });
    const events = (await testApp.events()).filter(({ key }) => key === first.body['orderId']);
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({
      type: 'sluice.commerce.v1.OrderReceived',
      correlationId: first.body['orderId'],
      data: { orderNumber: 'once', total: '12.50', email: 'ada@example.com', company: '' },
    });
  });

  it('stores one order when the same one arrives several times at once', async () => {
    const body = order({ orderNumber: 'at-once' });

    const answers = await Promise.all([post(body), post(body), post(body), post(body)]);

    expect(new Set(answers.map((answer) => answer.body['orderId'])).size).toBe(1);
    expect(answers.filter((answer) => answer.status === 201)).toHaveLength(1);
  });

  it('refuses another order under the same number', async () => {
    await post(order({ orderNumber: 'taken' }));

    const { status, body } = await post(order({ orderNumber: 'taken', note: 'changed' }));

    expect([status, body['code']]).toEqual([409, 'ORDER_CONFLICT']);
  });

  it.each([
    [{ total: '12.505' }, 'MONEY_TOO_MANY_DECIMALS'],
    [{ currency: 'XXQ' }, 'MONEY_UNKNOWN_CURRENCY'],
    [{ currency: 'JPY' }, 'MONEY_TOO_MANY_DECIMALS'],
    [{ total: '12.51' }, 'ORDER_INVALID'],
    [{ lines: [] }, 'REQUEST_INVALID'],
    [{ unexpected: true }, 'REQUEST_INVALID'],
    [{ placedAt: 'yesterday' }, 'REQUEST_INVALID'],
    [{ note: 'my card is 4111 1111 1111 1111' }, 'CARD_NUMBER_REFUSED'],
    [{ orderNumber: '4111111111111111' }, 'CARD_NUMBER_REFUSED'],
    [{ '4111111111111111': 1 }, 'CARD_NUMBER_REFUSED'],
  ])('refuses %j with 422 %s and stores nothing', async (change, code) => {
    const before = await storedOrders();

    const { status, body } = await post(order({ orderNumber: 'refused', ...change }));

    expect([status, body['code']]).toEqual([422, code]);
    expect(await storedOrders()).toBe(before);
  });

  it('keeps of a card number only a keyed hash and the place, and never answers it', async () => {
    const asKeys = { '4111111111111111': { '4111111111111111': '4111111111111111' } };
    const { body } = await post(order({ note: 'card 4111111111111111', ...asKeys }));

    const [refusal] = await testApp.dataSource.query(
      'select * from card_number_refusal order by refused_at desc limit 1',
    );
    expect(refusal).toMatchObject({
      sender: 'demo-shop',
      door: '/v1/orders',
      keyed_hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(JSON.stringify([refusal, body])).not.toContain('4111111111111111');
  });

  it.each([
    ['SIGNATURE_FORGED', { keyId: 'demo-shop', secret: 'other', now: new Date() }],
    ['SIGNATURE_UNKNOWN_KEY', { keyId: 'no-shop', secret: shopSecret, now: new Date() }],
    ['SIGNATURE_STALE', { keyId: 'demo-shop', secret: shopSecret, now: new Date(0) }],
  ])('refuses with 401 and counts %s', async (code, options) => {
    const body = JSON.stringify(order({ orderNumber: 'unsigned' }));
    const now = code === 'SIGNATURE_STALE' ? new Date(Date.now() - 301_000) : options.now;
    const signature = signRequest(body, { ...options, now });

    const refused = async () => [
      await counterValue(testApp.app, 'sluice_signatures_refused', {
        door: 'client',
        reason: code,
      }),
      await counterValue(testApp.app, 'sluice_signatures_refused'),
    ];
    const before = await refused();

    const answer = await post(body, { 'x-sluice-signature': signature });

    expect([answer.status, answer.body['code']]).toEqual([401, code]);
    expect(await refused()).toEqual(before.map((count) => count + 1));
  });

  it('refuses with 401 what is not signed', async () => {
    const answer = await post(order(), { 'x-sluice-signature': '' });

    expect([answer.status, answer.body['code']]).toEqual([401, 'SIGNATURE_MISSING']);
  });

  it('refuses with 403 an order of another shop than the signer', async () => {
    const answer = await post(order({ shopId: 'other-shop' }));

    expect([answer.status, answer.body['code']]).toEqual([403, 'SHOP_MISMATCH']);
  });

  it('answers 400 to what is not JSON and 413 to what is too large', async () => {
    const broken = await post('{"shopId":');
    const large = await post(order({ note: 'x'.repeat(300_000) }));

    expect([broken.status, large.status]).toEqual([400, 413]);
  });

  it('answers 404 to an order that does not exist', async () => {
    const answer = await testApp.send({ method: 'GET', url: `${url}/no-such-order` });

    expect([answer.status, answer.body['code']]).toEqual([404, 'ORDER_NOT_FOUND']);
  });
});

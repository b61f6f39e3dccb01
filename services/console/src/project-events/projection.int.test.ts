import { effectsMigrations } from '@sluice/effects';
import { until } from '@sluice/messaging/testing';
import { deadLetterTopic, toDeadLetter } from '@sluice/messaging';
import { money, paymentFacts } from '@sluice/contracts/testing';
import { outboxMigrations } from '@sluice/outbox';
import { freshDatabase } from '@sluice/postgres/testing';
import { afterAll, afterEach, describe, expect, inject, it } from 'vitest';
import { KeepProjectionJob } from '../keep-projection/keep-projection.job.ts';
import { migrations } from '../storage/migrations/index.ts';
import { startConsole } from '../testing/console-app.ts';
import { ProjectEventsConsumer } from './project-events.consumer.ts';
import { noonMicros, paidOrderStory, record } from '../testing/story-events.ts';
import type { BreakView, DeadLetterView, PageView, PaymentView, StoryView } from '../views.ts';

const database = await freshDatabase(inject('databaseUrl'), {
  migrations: [...outboxMigrations, ...effectsMigrations, ...migrations],
});
const stage = await startConsole(database.databaseUrl, {
  SERVICES: '',
  ZOHO_BOOKS_WEB_URL: 'https://books.zoho.eu/app/1',
});

afterAll(async () => {
  await stage.close();
  await database.close();
});

afterEach(() => stage.ops.answers.clear());

async function get<T>(url: string): Promise<{ status: number; body: T }> {
  const reply = await stage.app.inject({ method: 'GET', url, headers: { host: '127.0.0.1:4000' } });
  return { status: reply.statusCode, body: reply.json<T>() };
}

async function countOf(table: string): Promise<number> {
  const [row] = await database.dataSource.query(`select count(*)::int as count from ${table}`);
  return row.count as number;
}

async function entriesOf(link: string): Promise<number> {
  return await countOf(`timeline_entry where links @> array['${link}']`);
}

describe('the projection', () => {
  it('tells one order from checkout to the invoice that is expected', async () => {
    const events = paidOrderStory({
      orderId: 'order-a',
      paymentId: 'payment-a',
      orderNumber: '2001',
    });

    await stage.publish(...events);
    await until(async () => (await entriesOf('order-a')) === events.length, { what: 'the story' });

    const { body } = await get<StoryView>('/api/v1/payments/payment-a');
    expect(body.order).toMatchObject({ orderNumber: '2001', total: { decimal: '12.50' } });
    expect(body.payments).toMatchObject([{ state: 'captured', amount: { decimal: '12.50' } }]);
    expect(body.runs).toMatchObject([{ flow: 'order-to-cash', phase: 'started', task: 'invoice' }]);
    expect(body.references).toContainEqual({
      kind: 'contact',
      value: '4600000rder-a',
      url: 'https://books.zoho.eu/app/1#/contacts/4600000rder-a',
    });
    expect(body.missing).toMatchObject([
      { what: 'invoice', detail: expect.stringContaining('zoho-gateway has not answered') },
    ]);
    const captured = body.entries.find((entry) => entry.type.endsWith('PaymentCaptured'));
    expect(captured).toMatchObject({
      service: 'canonical-mapper',
      lineage: { mapping: 'payment-captured' },
    });
  });

  it('changes nothing when events come again', async () => {
    const events = paidOrderStory({
      orderId: 'order-b',
      paymentId: 'payment-b',
      orderNumber: '2002',
    });
    await stage.publish(...events);
    await until(async () => (await entriesOf('order-b')) === events.length, { what: 'the story' });
    const before = await get<StoryView>('/api/v1/orders/order-b');

    // The beginning of the story, published once more: it lies behind all that is known.
    const messages = ['orders.v1', 'flows.v1', 'zoho.commands.v1']
      .flatMap((topic) => stage.broker.messagesOf(topic).filter(({ key }) => key === 'order-b')[0]!)
      .map((message) => ({ ...message, offset: message.offset + 100n }));
    await stage.app.get(ProjectEventsConsumer).handle(messages);

    const after = await get<StoryView>('/api/v1/orders/order-b');
    expect(after.body).toEqual(before.body);
  });

  it('never moves a payment backwards, and knows a partial refund', async () => {
    const ids = { orderId: 'order-c', paymentId: 'payment-c', orderNumber: '2003' };
    const of = { key: 'payment-c', correlationId: 'order-c' };
    const refund = {
      ...paymentFacts({ ...ids, amount: money(500), occurredAt: noonMicros + 5n }),
      refundId: 'refund-c',
      refundedTotal: money(500),
    };

    await stage.publish(
      record(
        'sluice.payments.v1.PaymentCaptured',
        paymentFacts({ ...ids, occurredAt: noonMicros + 1n }),
        of,
      ),
      record('sluice.payments.v1.PaymentRefunded', refund, of),
      record(
        'sluice.payments.v1.PaymentAuthorized',
        paymentFacts({ ...ids, occurredAt: noonMicros }),
        of,
      ),
    );

    await until(async () => (await entriesOf('payment-c')) === 3, { what: 'three events' });
    const { body } = await get<StoryView>('/api/v1/payments/payment-c');
    expect(body.payments).toMatchObject([
      { state: 'partially_refunded', amount: { minor: '1250' }, refunded: { decimal: '5.00' } },
    ]);
  });

  it('lists a message that nobody can read, with the reason', async () => {
    const value = Buffer.from('no avro at all');
    const headers = { ce_correlationid: 'order-d', ce_type: 'sluice.orders.v1.OrderPlaced' };

    await stage.broker.publish([{ topic: 'orders.v1', key: 'order-d', value, headers }]);

    await until(async () => (await entriesOf('order-d')) === 1, { what: 'the message' });
    const { body } = await get<StoryView>('/api/v1/orders/order-d');
    expect(body.entries).toMatchObject([
      { tone: 'failed', fault: expect.stringContaining('CODEC_NOT_AVRO') },
    ]);
  });

  it('keeps dead letters with their reason and a preview without card numbers', async () => {
    const group = 'workflow-engine.run-flow';
    const message = {
      topic: 'orders.v1',
      key: 'order-e',
      value: Buffer.from('\u0001card 4111 1111 1111 1111'),
      headers: { ce_correlationid: 'order-e', ce_id: 'lost-1' },
      partition: 3,
      offset: 41n,
      timestampMs: BigInt(Date.now()),
    };
    const cause = { code: 'CODEC_NOT_AVRO', message: 'No Avro', failureClass: 'poison' as const };
    const letter = toDeadLetter(message, { group, cause, errorName: 'PoisonMessage', attempts: 1 });

    await stage.broker.publish([letter, letter]);

    await until(async () => (await countOf('dead_letter where times = 2')) === 1, {
      what: 'the letter',
    });
    const { body } = await get<PageView<DeadLetterView>>(
      '/api/v1/dead-letters?code=CODEC_NOT_AVRO',
    );
    expect(body.items).toMatchObject([
      { group, originalOffset: '41', eventId: 'lost-1', preview: '·card [card number]', times: 2 },
    ]);
    expect(body.items[0]?.topic).toBe(deadLetterTopic('orders.v1', group));
  });

  it('shows a break until its line matches', async () => {
    const found = record(
      'sluice.reconciliation.v1.BreakDetected',
      {
        breakId: 'break-1',
        reportId: 'demo/2026-01-15',
        kind: 'amount_differs',
        lineId: 'line-1',
        paymentId: 'payment-a',
        booksId: '46001',
        transactionId: '7001',
        gatewayAmount: money(1250),
        booksAmount: money(1200),
        explanation: 'The amounts differ.',
        detectedAt: noonMicros,
      },
      { key: 'break-1', correlationId: 'order-a' },
    );
    await stage.publish(found);
    await until(async () => (await countOf('break_view')) === 1, { what: 'the break' });
    const open = await get<PageView<BreakView>>('/api/v1/reconciliation/breaks');

    const matched = { lineId: 'line-1', reportId: 'demo/2026-01-15', paymentId: 'payment-a' };
    await stage.publish(
      record(
        'sluice.reconciliation.v1.SettlementLineMatched',
        { ...matched, booksId: '46001', amount: money(1250), matchedAt: noonMicros + 1n },
        { key: 'line-1' },
      ),
    );
    await until(async () => (await countOf('settlement_match')) === 1, { what: 'the match' });

    expect(open.body.items).toMatchObject([
      {
        gatewayAmount: { decimal: '12.50' },
        booksAmount: { decimal: '12.00' },
        orderId: 'order-a',
      },
    ]);
    expect((await get<PageView<BreakView>>('/api/v1/reconciliation/breaks')).body.items).toEqual(
      [],
    );
  });
});

describe('the list of payments', () => {
  it.each([
    ['an order number', '2001'],
    ['a payment id', 'PAYMENT-A'],
    ['the beginning of an e-mail address', 'Ada@ex'],
    ['the beginning of a name', 'ada love'],
    ['a Zoho id', '4600000rder-a'],
    ['a transaction id', '7000000000000000000001'],
  ])('finds a payment by %s', async (_what, query) => {
    await database.dataSource.query(
      `update payment_view set payment_id = upper(payment_id) where payment_id = 'payment-a'`,
    );

    const { body } = await get<PageView<PaymentView>>(
      `/api/v1/payments?query=${encodeURIComponent(query)}`,
    );

    expect(body.items.map(({ paymentId }) => paymentId)).toContain('PAYMENT-A');
  });

  it('finds nothing by a pattern, which is no text of the order', async () => {
    const { body } = await get<PageView<PaymentView>>('/api/v1/payments?query=%25');

    expect(body.items).toEqual([]);
  });

  it('goes through all pages without a gap or a repetition', async () => {
    const all = await get<PageView<PaymentView>>('/api/v1/payments?limit=200');
    const seen: (string | null)[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: { body: PageView<PaymentView> } = await get(
        `/api/v1/payments?limit=1&cursor=${cursor}`,
      );
      seen.push(...page.body.items.map(({ paymentId }) => paymentId));
      cursor = page.body.nextCursor;
    }

    expect(seen).toEqual(all.body.items.map(({ paymentId }) => paymentId));
    expect(seen.length).toBeGreaterThan(2);
  });

  it('lists an order that nobody has paid', async () => {
    const placed = paidOrderStory({
      orderId: 'order-f',
      paymentId: 'none',
      orderNumber: '2006',
    })[0]!;
    await stage.publish(placed);
    await until(async () => (await entriesOf('order-f')) === 1, { what: 'the order' });

    const { body } = await get<PageView<PaymentView>>('/api/v1/payments?state=awaiting_payment');

    expect(body.items).toMatchObject([{ paymentId: null, orderNumber: '2006' }]);
  });

  it('refuses a cursor that it did not give out', async () => {
    expect(await get('/api/v1/payments?cursor=nonsense')).toMatchObject({
      status: 422,
      body: { code: 'CURSOR_INVALID' },
    });
  });
});

describe('the story', () => {
  it('is refused for what no event has told of', async () => {
    expect(await get('/api/v1/payments/unknown')).toMatchObject({
      status: 404,
      body: { code: 'PAYMENT_NOT_SEEN' },
    });
    expect(await get('/api/v1/orders/unknown')).toMatchObject({
      status: 404,
      body: { code: 'ORDER_NOT_SEEN' },
    });
  });

  it('shows effects of the services that answer, and names the others', async () => {
    const effect = {
      key: 'run-order-a/contact/1',
      kind: 'zoho.books.upsertContact:1.0.0',
      effectClass: 'B',
      state: 'SUCCEEDED',
      plannedAt: '2026-01-15T12:00:00.000Z',
      attempts: [{ step: 1, act: 'send', traceparent: `00-${'a'.repeat(32)}-00f067aa0ba902b7-01` }],
    };
    stage.ops.answers.set('/ops/effects', [
      { service: 'zoho-gateway', status: 200, body: [effect] },
      { service: 'commerce-gateway', reason: 'no connection' },
    ]);

    const { body } = await get('/api/v1/orders/order-a/effects');

    expect(body).toMatchObject({
      effects: [
        { service: 'zoho-gateway', key: effect.key, attempts: [{ traceId: 'a'.repeat(32) }] },
      ],
      unanswered: [{ service: 'commerce-gateway' }],
    });
  });
});

describe('KeepProjectionJob', () => {
  it('forgets what is older than the retention and keeps the rest', async () => {
    await database.dataSource.query(
      `update timeline_entry set received_at = now() - interval '401 days' where links @> array['order-b']`,
    );

    await stage.app.get(KeepProjectionJob).run();

    expect(await entriesOf('order-b')).toBe(0);
    expect(await entriesOf('order-a')).toBeGreaterThan(0);
  });
});

describe('the address of the console', () => {
  it('refuses a request under a foreign name', async () => {
    const reply = await stage.app.inject({
      url: '/api/v1/frame',
      headers: { host: 'evil.example:4000' },
    });

    expect(reply.statusCode).toBe(421);
  });
});

import 'reflect-metadata';
import type { CustomTransportStrategy } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { loadSettings } from '@sluice/config';
import { type OrderPlaced, type PaymentCaptured, SchemaIds } from '@sluice/contracts';
import {
  customer,
  LocalSchemaIds,
  localCodec,
  orderPlaced,
  paymentFacts,
} from '@sluice/contracts/testing';
import {
  EventStrategy,
  type EventRecord,
  fromWire,
  Publisher,
  RpcFailureFilter,
  toWire,
} from '@sluice/messaging';
import { InMemoryBroker, InMemoryParkingStore, until } from '@sluice/messaging/testing';
import { outboxMigrations } from '@sluice/outbox';
import { freshDatabase } from '@sluice/postgres/testing';
import { EVENT_STRATEGY } from '@sluice/service-host';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { appModule } from '../app.module.ts';
import { FraudRouterSettings } from '../config.ts';
import { HistoryRepository } from '../storage/history.repository.ts';
import { migrations } from '../storage/migrations/index.ts';

type PaymentType =
  | 'sluice.payments.v1.PaymentCaptured'
  | 'sluice.payments.v1.PaymentDeclined'
  | 'sluice.payments.v1.PaymentReviewRequested';

const topics = ['payments.v1', 'orders.v1'];
const group = 'fraud-router.score-payment';
const database = await freshDatabase(inject('databaseUrl'), {
  migrations: [...outboxMigrations, ...migrations],
});
const settings = loadSettings(FraudRouterSettings, {
  DATABASE_URL: database.databaseUrl,
  KAFKA_BROKERS: '127.0.0.1:1',
  SCHEMA_REGISTRY_URL: 'http://127.0.0.1:1',
  OPS_TOKEN: 'operator-token-for-tests',
});
const codec = await localCodec();
const broker = new InMemoryBroker();
let stop: () => Promise<void>;

beforeAll(async () => {
  for (const topic of topics) {
    broker.createTopic(topic);
    broker.createTopic(`${topic}.${group}.dlt`);
  }
  const strategy: CustomTransportStrategy = new EventStrategy({
    broker,
    publisher: broker,
    codec,
    parking: new InMemoryParkingStore(),
  });
  const module = await Test.createTestingModule({ imports: [appModule(settings)] })
    .overrideProvider(SchemaIds)
    .useValue(new LocalSchemaIds())
    .overrideProvider(Publisher)
    .useValue(broker)
    .overrideProvider(EVENT_STRATEGY)
    .useValue(strategy)
    .compile();
  const app = module.createNestMicroservice({ strategy, logger: false });
  app.useGlobalFilters(new RpcFailureFilter());
  await app.listen();
  stop = () => app.close();
});

afterAll(async () => {
  await stop();
  await database.close();
});

beforeEach(async () => {
  await database.dataSource.query('truncate payment_outcome, order_fact, fraud_case');
  await database.dataSource.query('delete from outbox');
});

let sequence = 0;

function payment(type: PaymentType, data: Partial<PaymentCaptured>): EventRecord {
  sequence += 1;
  return {
    id: `p-${sequence}`,
    type,
    source: 'canonical-mapper',
    tenant: 'demo',
    key: data.paymentId ?? 'payment-1',
    time: 1_768_478_400_000_000n,
    correlationId: 'order-1',
    data: paymentFacts(data),
  };
}

function order(data: Partial<OrderPlaced>): EventRecord {
  sequence += 1;
  return {
    id: `o-${sequence}`,
    type: 'sluice.orders.v1.OrderPlaced',
    source: 'canonical-mapper',
    tenant: 'demo',
    key: data.orderId ?? 'order-1',
    time: 1_768_478_400_000_000n,
    data: orderPlaced(data),
  };
}

async function send(...events: readonly EventRecord[]): Promise<void> {
  await broker.publish(events.map((event) => toWire(event, codec)));
}

async function countOf(table: string): Promise<number> {
  const [row] = await database.dataSource.query(`select count(*)::int as count from ${table}`);
  return row.count as number;
}

async function isHandled(eventId: string): Promise<boolean> {
  return (await countOf(`inbox where event_id = '${eventId}'`)) === 1;
}

interface OutboxRow {
  readonly payload: Buffer;
  readonly topic: string;
  readonly aggregateid: string;
  readonly headers: Record<string, string>;
}

async function openedCases(): Promise<readonly EventRecord[]> {
  const rows: OutboxRow[] = await database.dataSource.query('select * from outbox order by seq');
  return Promise.all(
    rows.map((row) =>
      fromWire(
        {
          topic: row.topic,
          key: row.aggregateid,
          value: row.payload,
          headers: row.headers,
          partition: 0,
          offset: 0n,
          timestampMs: 0n,
        },
        codec,
      ),
    ),
  );
}

const review = 'sluice.payments.v1.PaymentReviewRequested';

describe('ScorePaymentConsumer', () => {
  it('opens one case with score and readable reasons, and publishes it', async () => {
    const address = customer().billingAddress;
    const shippingAddress = { ...address, country: 'NG' };
    await send(order({ customer: customer({ shippingAddress }) }));
    await until(async () => (await countOf('order_fact')) === 1, { what: 'the order' });

    const requested = payment(review, {
      reasonText: 'The fraud rules hold the payment for review.',
    });
    await send(requested);

    await until(async () => (await countOf('outbox')) === 1, { what: 'the case' });
    const [opened] = await openedCases();
    expect(opened).toMatchObject({
      type: 'sluice.fraud.v1.FraudCaseOpened',
      key: 'payment-1',
      correlationId: 'order-1',
      causationId: requested.id,
      data: {
        score: 55n,
        reasons: [
          'Cybersource holds the payment. The fraud rules hold the payment for review.',
          'The invoice goes to United Kingdom, the goods to Nigeria',
          'The customer has not paid here before',
        ],
        rulesVersion: 'card-review:1',
        lineage: { sourceEventId: requested.id, mapping: 'card-review', mappingVersion: 1n },
      },
    });
  });

  it('opens no second case for a repeated event, nor for a second review of the payment', async () => {
    const first = payment(review, {});
    const second = payment(review, {});
    const other = payment(review, { paymentId: 'payment-2' });

    await send(order({}), first, first, second, other);

    await until(() => isHandled(second.id), { what: 'the second review' });
    await until(() => isHandled(other.id), { what: 'the other payment' });
    expect((await openedCases()).map((event) => event.key).toSorted()).toEqual([
      'payment-1',
      'payment-2',
    ]);
  });

  it('knows how the payer did before', async () => {
    const before = (paymentId: string, type: PaymentType): EventRecord =>
      payment(type, { paymentId, occurredAt: 1_768_478_300_000_000n });
    await send(
      order({}),
      before('a', 'sluice.payments.v1.PaymentDeclined'),
      before('b', 'sluice.payments.v1.PaymentDeclined'),
      before('c', 'sluice.payments.v1.PaymentCaptured'),
    );
    await until(async () => (await countOf('payment_outcome')) === 3, { what: 'the history' });

    await send(payment(review, {}));

    await until(async () => (await countOf('outbox')) === 1, { what: 'the case' });
    const [opened] = await openedCases();
    expect(opened?.data).toMatchObject({
      score: 55n,
      reasons: expect.arrayContaining(['2 payments of this customer were declined within a day']),
    });
  });

  it('scores without the order when the order does not come', async () => {
    await send(payment(review, { orderId: 'never-placed' }));

    await until(async () => (await countOf('outbox')) === 1, {
      what: 'the case',
      timeoutMs: 20_000,
    });
    const [opened] = await openedCases();
    expect(opened?.data).toMatchObject({ score: 40n, orderId: 'never-placed' });
  });
});

describe('HistoryRepository', () => {
  it('forgets what is older than the retention', async () => {
    const nowMicros = BigInt(Date.now()) * 1_000n;
    await send(
      order({ placedAt: 1_000_000n }),
      payment('sluice.payments.v1.PaymentCaptured', { occurredAt: nowMicros }),
    );
    await until(async () => (await countOf('order_fact')) === 1, { what: 'the order' });
    await until(async () => (await countOf('payment_outcome')) === 1, { what: 'the payment' });

    const forgotten = await new HistoryRepository().prune(database.dataSource.manager, 400, 10);

    expect(forgotten).toBe(1);
    expect(await countOf('order_fact')).toBe(0);
  });
});

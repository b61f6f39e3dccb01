import 'reflect-metadata';
import type { CustomTransportStrategy } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { loadSettings } from '@sluice/config';
import { SchemaIds } from '@sluice/contracts';
import type { EventMap, EventType } from '@sluice/contracts';
import { LocalSchemaIds, localCodec, money, paymentFacts } from '@sluice/contracts/testing';
import { EventStrategy, Publisher, RpcFailureFilter, toWire } from '@sluice/messaging';
import { InMemoryBroker, InMemoryParkingStore, until } from '@sluice/messaging/testing';
import { outboxMigrations } from '@sluice/outbox';
import { freshDatabase } from '@sluice/postgres/testing';
import { EVENT_STRATEGY } from '@sluice/service-host';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { appModule } from '../app.module.ts';
import { ReconciliationSettings } from '../config.ts';
import { migrations } from '../storage/migrations/index.ts';
import { MatchSettlementJob } from './match-settlement.job.ts';

const topics = ['payments.v1', 'zoho.outcomes.v1', 'settlements.v1'];
const group = 'reconciliation.match-settlement';
const database = await freshDatabase(inject('databaseUrl'), {
  migrations: [...outboxMigrations, ...migrations],
});
const settings = loadSettings(ReconciliationSettings, {
  DATABASE_URL: database.databaseUrl,
  KAFKA_BROKERS: '127.0.0.1:1',
  SCHEMA_REGISTRY_URL: 'http://127.0.0.1:1',
  OPS_TOKEN: 'operator-token-for-tests',
  MATCH_GRACE_MS: '0',
});
const codec = await localCodec();
const broker = new InMemoryBroker();
let job: MatchSettlementJob;
let stop: () => Promise<void>;
let sequence = 0;

beforeAll(async () => {
  for (const topic of topics) {
    broker.createTopic(topic);
    broker.createTopic(`${topic}.${group}.dlt`);
  }
  const parking = new InMemoryParkingStore();
  const strategy: CustomTransportStrategy = new EventStrategy({
    broker,
    publisher: broker,
    codec,
    parking,
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
  job = module.get(MatchSettlementJob);
  stop = () => app.close();
});

afterAll(async () => {
  await stop();
  await database.close();
});

beforeEach(async () => {
  await database.dataSource.query(
    'truncate gateway_entry, books_entry, settlement_line, settlement_report, reconciliation_break, inbox',
  );
  await database.dataSource.query('delete from outbox');
});

async function send<T extends EventType>(type: T, key: string, data: EventMap[T]): Promise<string> {
  sequence += 1;
  const id = `e-${sequence}`;
  await broker.publish([
    toWire({ id, type, source: 'test', tenant: 'demo', key, time: 1n, data }, codec),
  ]);
  const isSeen = async (): Promise<boolean> =>
    (await rows('select 1 from inbox where event_id = $1', [id])).length === 1;
  await until(isSeen, { what: `${type} to be handled` });
  return id;
}

const capture = (paymentId: string): Promise<string> =>
  send('sluice.payments.v1.PaymentCaptured', paymentId, paymentFacts({ paymentId }));

const booked = (paymentId: string, amount: string, currency = 'EUR'): Promise<string> =>
  send('sluice.zoho.v1.CommandCompleted', 'order-1', {
    commandId: `c-${paymentId}`,
    effectKey: `run/payment/${paymentId}`,
    function: 'zoho.books.recordPayment:1.0.0',
    status: 'SUCCEEDED',
    output: JSON.stringify({
      customerPaymentId: `books-${paymentId}`,
      paymentId,
      transactionId: '7000000000000000000001',
      amount,
      currency,
    }),
    errorType: null,
    errorDetail: '',
    runId: 'run',
    task: 'payment',
    businessKey: 'order-1',
    attempts: 1n,
    completedAt: 1n,
  });

const settled = (
  paymentId: string,
  minor: number,
  currency = 'EUR',
  lineId = `line-${paymentId}`,
): Promise<string> =>
  send('sluice.settlements.v1.SettlementLineReported', 'demo_merchant/2026-01-16', {
    reportId: 'demo_merchant/2026-01-16',
    lineId,
    batchId: 'b-1',
    batchDate: '2026-01-15',
    merchantId: 'demo_merchant',
    transactionId: '7000000000000000000001',
    merchantReference: paymentId,
    kind: 'sale',
    amount: money(minor, currency),
    reportedAt: 1n,
  });

async function rows<R>(sql: string, parameters: unknown[] = []): Promise<R[]> {
  return await database.dataSource.query(sql, parameters);
}

const events = async (type: string): Promise<number> =>
  (await rows('select 1 from outbox where type = $1', [`sluice.reconciliation.v1.${type}`])).length;

const breaks = (): Promise<{ kind: string; resolved_at: Date | null }[]> =>
  rows('select kind, resolved_at from reconciliation_break order by kind');

describe('MatchSettlementConsumer', () => {
  it.each([
    ['12.50', 1250, 'EUR'],
    ['1500', 1500, 'JPY'],
    ['1.234', 1234, 'KWD'],
  ])('matches a line of %s with its booking', async (amount, minor, currency) => {
    await capture('p-1');
    await booked('p-1', amount, currency);
    await settled('p-1', minor, currency);

    expect(await breaks()).toEqual([]);
    expect(await events('SettlementLineMatched')).toBe(1);
  });

  it('says once that an amount differs, however often it looks', async () => {
    await capture('p-2');
    await booked('p-2', '12.50');
    await settled('p-2', 1251);
    await job.run(new AbortController().signal);
    await settled('p-2', 1251);

    expect(await breaks()).toEqual([{ kind: 'amount_differs', resolved_at: null }]);
    expect(await events('BreakDetected')).toBe(1);
  });

  it('calls a line without a booking missing in Books, and closes the break when the booking comes', async () => {
    await settled('p-3', 1250);
    expect(await breaks()).toEqual([{ kind: 'missing_in_books', resolved_at: null }]);

    await booked('p-3', '12.50');

    expect(await breaks()).toEqual([
      { kind: 'missing_in_books', resolved_at: expect.any(Date) as Date },
    ]);
    expect(await events('SettlementLineMatched')).toBe(1);
  });

  it('matches a booking once: a second settlement of the same payment is a break', async () => {
    await booked('p-5', '12.50');
    await settled('p-5', 1250);

    await settled('p-5', 1250, 'EUR', 'line-p-5-again');

    expect(await breaks()).toEqual([{ kind: 'missing_in_books', resolved_at: null }]);
    expect(await events('SettlementLineMatched')).toBe(1);
  });

  it('calls a booking that a report of its day lacks missing at the gateway', async () => {
    await capture('p-4');
    await booked('p-4', '12.50');
    await send('sluice.settlements.v1.SettlementReportImported', 'demo_merchant/2026-01-16', {
      reportId: 'demo_merchant/2026-01-16',
      merchantId: 'demo_merchant',
      reportDate: '2026-01-16',
      lineCount: 0n,
      importedAt: BigInt(Date.parse('2026-01-17T13:00:00Z')) * 1000n,
    });

    await job.run(new AbortController().signal);
    await job.run(new AbortController().signal);

    expect(await breaks()).toEqual([{ kind: 'missing_at_gateway', resolved_at: null }]);
    expect(await events('BreakDetected')).toBe(1);
  });
});

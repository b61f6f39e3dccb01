import 'reflect-metadata';
import type { CustomTransportStrategy } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { loadSettings } from '@sluice/config';
import { SchemaIds } from '@sluice/contracts';
import { LocalSchemaIds, localCodec, paymentUpdated } from '@sluice/contracts/testing';
import {
  EventStrategy,
  type EventRecord,
  ParkingStore,
  Publisher,
  RpcFailureFilter,
  toWire,
} from '@sluice/messaging';
import { InMemoryBroker, until } from '@sluice/messaging/testing';
import { outboxMigrations } from '@sluice/outbox';
import { freshDatabase } from '@sluice/postgres/testing';
import { EVENT_STRATEGY } from '@sluice/service-host';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { appModule } from './app.module.ts';
import { CanonicalMapperSettings } from './config.ts';

const sources = [
  ['commerce.notifications.v1', 'canonical-mapper.map-order'],
  ['cybersource.notifications.v1', 'canonical-mapper.map-payment'],
  ['zoho.notifications.v1', 'canonical-mapper.map-credit-note'],
];
const database = await freshDatabase(inject('databaseUrl'), { migrations: outboxMigrations });
const settings = loadSettings(CanonicalMapperSettings, {
  DATABASE_URL: database.databaseUrl,
  KAFKA_BROKERS: '127.0.0.1:1',
  SCHEMA_REGISTRY_URL: 'http://127.0.0.1:1',
  OPS_TOKEN: 'operator-token-for-tests',
});
const codec = await localCodec();
const broker = new InMemoryBroker();
let stop: () => Promise<void>;

beforeAll(async () => {
  for (const [topic, group] of sources) {
    broker.createTopic(topic ?? '');
    broker.createTopic(`${topic}.${group}.dlt`);
  }
  broker.createTopic('payments.v1');
  const module = await Test.createTestingModule({ imports: [appModule(settings)] })
    .overrideProvider(SchemaIds)
    .useValue(new LocalSchemaIds())
    .overrideProvider(Publisher)
    .useValue(broker)
    .overrideProvider(EVENT_STRATEGY)
    .useFactory({
      inject: [ParkingStore],
      factory: (parking: ParkingStore) =>
        new EventStrategy({ broker, publisher: broker, codec, parking }),
    })
    .compile();
  const app = module.createNestMicroservice({
    strategy: module.get<CustomTransportStrategy>(EVENT_STRATEGY),
    logger: false,
  });
  app.useGlobalFilters(new RpcFailureFilter());
  await app.listen();
  stop = () => app.close();
});

afterAll(async () => {
  await stop();
  await database.close();
});

function update(id: string, amount: string): EventRecord {
  return {
    id,
    type: 'sluice.cybersource.v1.PaymentUpdated',
    source: 'cybersource-gateway',
    tenant: 'demo',
    key: id,
    time: 1_768_478_400_000_000n,
    data: paymentUpdated({ paymentId: id, amount }),
  };
}

describe('canonical-mapper', () => {
  it('maps what it can and parks the key of what it cannot in Postgres, naming the field', async () => {
    await broker.publish(
      [update('good', '12.50'), update('bad', '12.505')].map((event) => toWire(event, codec)),
    );

    await until(() => broker.messagesOf('payments.v1').length === 1, { what: 'the payment' });
    const parked = (): Promise<{ key: string; cause_code: string; cause_message: string }[]> =>
      database.dataSource.query('select key, cause_code, cause_message from parked_key');
    await until(async () => (await parked()).length === 1, { what: 'the parked key' });
    expect(await parked()).toEqual([
      {
        key: 'bad',
        cause_code: 'MONEY_TOO_MANY_DECIMALS',
        cause_message: expect.stringContaining('field amount'),
      },
    ]);
  });

  it('writes neither inbox nor outbox', async () => {
    const [row] = await database.dataSource.query(
      'select (select count(*) from inbox) + (select count(*) from outbox) as count',
    );

    expect(row).toEqual({ count: '0' });
  });
});

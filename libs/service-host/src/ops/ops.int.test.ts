import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { ServiceSettings } from '@sluice/config';
import { SchemaIds } from '@sluice/contracts';
import { LocalSchemaIds, localCodec, orderPlaced } from '@sluice/contracts/testing';
import { effectsMigrations } from '@sluice/effects';
import { EventStrategy, ParkingStore, Publisher, toDeadLetter, toWire } from '@sluice/messaging';
import type { EventRecord, ReceivedMessage } from '@sluice/messaging';
import { InMemoryBroker, until } from '@sluice/messaging/testing';
import { Outbox, OutboxRelay, outboxMigrations } from '@sluice/outbox';
import { inTransaction } from '@sluice/postgres';
import { type FreshDatabase, freshDatabase } from '@sluice/postgres/testing';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { bodyBytesMax, configureApp } from '../configure-app.ts';
import { EVENT_STRATEGY } from '../host-options.ts';
import { hostModule } from '../host.module.ts';

const opsToken = 'operator-token-for-tests';
const group = 'test.ops';
const letters = `orders.v1.${group}.dlt`;
const note = { maker: 'ada', reason: 'Seen in ticket 7' };
const type = 'sluice.orders.v1.OrderPlaced';

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

@Module({})
class RootModule {}

let database: FreshDatabase;
let app: NestFastifyApplication;
let broker: InMemoryBroker;

beforeAll(async () => {
  const migrations = [...outboxMigrations, ...effectsMigrations];
  database = await freshDatabase(inject('databaseUrl'), { migrations });
  const settings = Object.assign(new ServiceSettings(), {
    databaseUrl: database.databaseUrl,
    databasePoolMax: 5,
    kafkaBrokers: 'none:1',
    schemaRegistryUrl: 'http://none',
    opsToken,
    drainTimeoutMs: 1_000,
  });
  broker = new InMemoryBroker();
  for (const topic of ['orders.v1', letters]) broker.createTopic(topic);
  const codec = await localCodec();
  const host = hostModule({ name: 'ops-test', settings, publishes: [type] });
  const testing = await Test.createTestingModule({
    imports: [{ module: RootModule, imports: [host] }],
  })
    .overrideProvider(Publisher)
    .useValue(broker)
    .overrideProvider(SchemaIds)
    .useValue(new LocalSchemaIds())
    .overrideProvider(EVENT_STRATEGY)
    .useFactory({
      inject: [ParkingStore],
      factory: (parking: ParkingStore) =>
        new EventStrategy({ broker, publisher: broker, codec, parking }),
    })
    .compile();
  app = testing.createNestApplication<NestFastifyApplication>(
    new FastifyAdapter({ bodyLimit: bodyBytesMax }),
    { logger: false },
  );
  configureApp(app, 'ops-test');
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
});

beforeEach(async () => {
  await database.dataSource.query('truncate parked_key, outbox_held_key cascade');
});

afterAll(async () => {
  await app.get(OutboxRelay).stop();
  await app.close();
  await database.close();
});

async function send(method: 'GET' | 'POST', url: string, payload?: object): Promise<Answer> {
  const headers = { authorization: `Bearer ${opsToken}` };
  const reply = await app.inject({ method, url, headers, ...(payload && { payload }) });
  return { status: reply.statusCode, body: reply.json() };
}

function orderOf(key: string): EventRecord {
  const id = `${key}-1`;
  return { id, type, source: 'test', tenant: 'demo', key, time: 1n, data: orderPlaced() };
}

async function received(key: string, offset: bigint): Promise<ReceivedMessage> {
  const wire = toWire(orderOf(key), await localCodec());
  return { ...wire, partition: 0, offset, timestampMs: 0n };
}

async function park(key: string, offset = 1n): Promise<void> {
  await app.get(ParkingStore).park({
    consumer: group,
    key,
    message: await received(key, offset),
    state: 'quarantined',
    attempts: 5,
    nextAtMs: 0,
    cause: { code: 'TEST', message: 'Test.', failureClass: 'permanent' },
  });
}

const changing: readonly string[] = [
  'parked-keys/acts',
  'dead-letters/redrives',
  'held-keys/acts',
  'outbox/replays',
  'effects/closings',
];

describe('the operator endpoints', () => {
  it.each(changing)('lets nobody in to %s without the token', async (path) => {
    const refused = await app.inject({ method: 'POST', url: `/ops/${path}`, payload: note });
    const wrong = await app.inject({
      method: 'POST',
      url: `/ops/${path}`,
      headers: { authorization: 'Bearer wrong' },
      payload: note,
    });

    expect([refused.statusCode, wrong.statusCode]).toEqual([401, 401]);
    expect(refused.json()).toMatchObject({ code: 'OPS_TOKEN_REFUSED' });
  });

  it.each(changing)('wants to know at %s who acts and why', async (path) => {
    const { status, body } = await send('POST', `/ops/${path}`, {});

    expect(status).toBe(422);
    expect(body).toMatchObject({ code: 'REQUEST_INVALID' });
    const { faults } = (body as { details: { faults: string[] } }).details;
    for (const field of ['maker', 'reason']) {
      expect(faults.some((fault) => fault.startsWith(`${field}:`))).toBe(true);
    }
  });

  it('describes every act in the API description', async () => {
    const { body } = await send('GET', '/docs-json');
    const { paths } = body as { paths: Record<string, unknown> };

    expect(Object.keys(paths)).toEqual(
      expect.arrayContaining(changing.map((path) => `/ops/${path}`)),
    );
  });

  it('shows what waits behind a parked key, decoded, and takes the head away', async () => {
    await park('a/b', 1n);
    await park('a/b', 2n);
    const query = `consumer=${group}&key=${encodeURIComponent('a/b')}`;
    const shown = await send('GET', `/ops/parked-keys/events?${query}`);
    const [head] = shown.body as { seq: string; data: unknown; valueBase64: string }[];
    const act = { ...note, consumer: group, key: 'a/b' };

    const skipped = await send('POST', '/ops/parked-keys/acts', {
      ...act,
      kind: 'skip',
      seq: head?.seq,
    });
    const again = await send('POST', '/ops/parked-keys/acts', {
      ...act,
      kind: 'skip',
      seq: head?.seq,
    });

    expect(head?.data).toMatchObject({ orderId: orderPlaced().orderId });
    expect(skipped).toEqual({ status: 200, body: { waiting: 1, deadLetters: 1 } });
    expect(again).toMatchObject({ status: 409, body: { code: 'PARKED_HEAD_CHANGED' } });
    expect(broker.messagesOf(letters).filter(({ key }) => key === 'a/b')).toHaveLength(1);
    const list = await send('GET', '/ops/parked-keys');
    expect(list.body).toMatchObject([{ key: 'a/b', state: 'retrying', events: 1 }]);
  });

  it('edits a head by bytes of its own type only', async () => {
    await park('edited');
    const shown = await send('GET', `/ops/parked-keys/events?consumer=${group}&key=edited`);
    const [head] = shown.body as { seq: string; valueBase64: string }[];
    const act = { ...note, consumer: group, key: 'edited', kind: 'edit', seq: head?.seq };

    const good = await send('POST', '/ops/parked-keys/acts', {
      ...act,
      valueBase64: head?.valueBase64,
    });
    const bad = await send('POST', '/ops/parked-keys/acts', { ...act, valueBase64: 'bm8=' });
    const none = await send('POST', '/ops/parked-keys/acts', act);

    expect(good).toMatchObject({ status: 200, body: { waiting: 1 } });
    expect(bad).toMatchObject({ status: 422, body: { code: 'PARKED_EDIT_INVALID' } });
    expect(none).toMatchObject({ status: 422, body: { code: 'REQUEST_INVALID' } });
  });

  it('edits a head by its data as it was shown, and names the field that does not fit', async () => {
    await park('edited-data');
    const path = `/ops/parked-keys/events?consumer=${group}&key=edited-data`;
    const shown = await send('GET', path);
    const [head] = shown.body as { seq: string; data: Record<string, unknown> }[];
    const act = { ...note, consumer: group, key: 'edited-data', kind: 'edit', seq: head?.seq };
    const edit = async (data: unknown): ReturnType<typeof send> =>
      await send('POST', '/ops/parked-keys/acts', { ...act, data });

    expect(await edit({ ...head?.data, orderId: 'mended' })).toMatchObject({ status: 200 });
    const after = await send('GET', path);
    expect(after.body).toMatchObject([{ data: { ...head?.data, orderId: 'mended' } }]);
    for (const wrong of [
      { ...head?.data, orderId: 5 },
      { ...head?.data, orderId: undefined },
    ]) {
      expect(await edit(wrong)).toMatchObject({
        status: 422,
        body: { code: 'PARKED_EDIT_INVALID', detail: expect.stringContaining('orderId') as string },
      });
    }
    const both = { ...act, data: {}, valueBase64: 'bm8=' };
    expect(await send('POST', '/ops/parked-keys/acts', both)).toMatchObject({
      body: { code: 'REQUEST_INVALID' },
    });
  });

  it('answers 404 to an act on a key that is not parked or not held', async () => {
    const parked = { ...note, consumer: group, key: 'no', kind: 'drop' };
    const held = { ...note, topic: 'orders.v1', key: 'no', kind: 'drop' };

    expect(await send('POST', '/ops/parked-keys/acts', parked)).toMatchObject({
      status: 404,
      body: { code: 'PARKED_KEY_MISSING' },
    });
    expect(await send('POST', '/ops/held-keys/acts', held)).toMatchObject({
      status: 404,
      body: { code: 'OUTBOX_KEY_NOT_HELD' },
    });
  });

  it('gives a dead letter back to its consumer once', async () => {
    const cause = { code: 'TEST', message: 'Test.', failureClass: 'permanent' } as const;
    const reason = { group, cause, errorName: 'Test', attempts: 1 };
    await broker.publish([toDeadLetter(await received('redriven', 7n), reason)]);
    const order = { ...note, consumer: group, topic: 'orders.v1', key: 'redriven' };

    const first = await send('POST', '/ops/dead-letters/redrives', order);
    const second = await send('POST', '/ops/dead-letters/redrives', order);
    const half = await send('POST', '/ops/dead-letters/redrives', { ...order, partition: 0 });

    expect(first).toMatchObject({ status: 200, body: { found: 1, redriven: 1 } });
    expect(second).toMatchObject({ status: 200, body: { found: 1, redriven: 0, known: 1 } });
    expect(half.status).toBe(422);
    const list = await send('GET', '/ops/parked-keys');
    expect(list.body).toMatchObject([{ key: 'redriven', causeCode: 'REDRIVEN' }]);
  });

  it('replays kept rows, and tells who did', async () => {
    const relay = app.get(OutboxRelay);
    await inTransaction(app.get(DataSource), (tx) =>
      app.get(Outbox).append(tx, [orderOf('r1'), orderOf('r2')]),
    );
    relay.start();
    const count = (): number => broker.messagesOf('orders.v1').length;
    await until(() => count() === 2, { what: 'the events', timeoutMs: 20_000 });
    const hasPassed = async (): Promise<boolean> => {
      const asked = { ...note, fromSeq: '1', isDryRun: true };
      const { body } = await send('POST', '/ops/outbox/replays', asked);
      return (body as { rows: number }).rows === 2;
    };
    await until(hasPassed, { what: 'the relay to have passed the rows', timeoutMs: 20_000 });

    const replayed = await send('POST', '/ops/outbox/replays', {
      ...note,
      fromSeq: '1',
      key: 'r2',
    });
    const unbounded = await send('POST', '/ops/outbox/replays', note);

    expect(replayed).toMatchObject({ status: 200, body: { rows: 1, nextSeq: null } });
    expect(count()).toBe(3);
    expect(unbounded).toMatchObject({ status: 422, body: { code: 'OUTBOX_REPLAY_INVALID' } });
    const acts = await send('GET', '/ops/acts?limit=1');
    expect(acts.body).toMatchObject([{ act: 'outbox.replay', ...note, subject: { key: 'r2' } }]);
  });

  it('releases a held key', async () => {
    await database.dataSource.query(`
      insert into outbox_held_key (topic, aggregateid, shard, cause_code, cause_message)
      values ('orders.v1', 'held', 0, 'MESSAGE_TOO_LARGE', 'Too large.')`);
    const act = { ...note, topic: 'orders.v1', key: 'held', kind: 'release' };

    const listed = await send('GET', '/ops/held-keys');
    const released = await send('POST', '/ops/held-keys/acts', act);

    expect(listed.body).toMatchObject([{ key: 'held', causeCode: 'MESSAGE_TOO_LARGE' }]);
    expect(released).toEqual({ status: 200, body: { dropped: 0, waiting: 0 } });
  });

  it('says that an effect to close is unknown', async () => {
    const closing = { ...note, key: 'no', verdict: 'ABANDONED' };

    const answer = await send('POST', '/ops/effects/closings', closing);

    expect(answer.body).toMatchObject({ code: 'EFFECT_UNPLANNED' });
  });
});

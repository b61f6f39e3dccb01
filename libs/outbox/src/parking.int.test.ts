import { systemClock } from '@sluice/clock';
import type { ParkRequest } from '@sluice/messaging';
import { parkingConformance } from '@sluice/messaging/testing';
import { type FreshDatabase, freshDatabase } from '@sluice/postgres/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { type ParkingCaps, PostgresParkingStore, outboxMigrations } from './index.ts';

let database: FreshDatabase;

beforeAll(async () => {
  database = await freshDatabase(inject('databaseUrl'), { migrations: outboxMigrations });
});

beforeEach(async () => {
  await database.dataSource.query('truncate parked_key, dead_letter_redriven cascade');
  await database.dataSource.query(`
    alter table operator_act disable trigger user;
    delete from operator_act;
    alter table operator_act enable trigger user`);
});

afterAll(() => database.close());

function storeWith(caps: ParkingCaps = {}): PostgresParkingStore {
  return new PostgresParkingStore({ dataSource: database.dataSource, clock: systemClock, ...caps });
}

function request(offset: number, key = 'k'): ParkRequest {
  return {
    consumer: 'test.parking',
    key,
    message: {
      topic: 'payments.v1',
      partition: 0,
      offset: BigInt(offset),
      timestampMs: 0n,
      key,
      value: null,
      headers: {},
    },
    state: 'retrying',
    attempts: 1,
    nextAtMs: 0,
    cause: { code: 'TEST', message: 'Test.', failureClass: 'transient' },
  };
}

describe('PostgresParkingStore', () => {
  it.each(parkingConformance)('$name', async ({ run }) => {
    await expect(run(storeWith())).resolves.toBeUndefined();
  });

  it('refuses more keys or events than its caps, and takes what it has already', async () => {
    const store = storeWith({ keysPerConsumerMax: 1, eventsPerKeyMax: 2 });
    await store.park(request(1));
    await store.park(request(2));

    await expect(store.park(request(3))).rejects.toMatchObject({ code: 'PARKING_FULL' });
    await expect(store.park(request(4, 'other'))).rejects.toMatchObject({ code: 'PARKING_FULL' });
    await expect(store.park(request(2))).resolves.toBeUndefined();
  });

  it('parks what holds characters that Postgres does not store', async () => {
    const store = storeWith();
    const hostile = request(1);
    const message = { ...hostile.message, headers: { note: 'a\0b' }, value: Buffer.from([0]) };

    await store.park({ ...hostile, message });

    const [claim] = await store.claimDue({
      consumer: hostile.consumer,
      nowMs: Date.now(),
      leaseMs: 1_000,
      limit: 1,
    });
    const head = claim === undefined ? undefined : await store.head(claim);
    expect(head?.message).toMatchObject({ headers: { note: 'a\uFFFDb' }, value: Buffer.from([0]) });
  });

  it('never lets an event go on while the key is being released', async () => {
    const store = storeWith();
    await store.park(request(0));
    const [claim] = await store.claimDue({
      consumer: 'test.parking',
      nowMs: Date.now(),
      leaseMs: 60_000,
      limit: 1,
    });
    const replayed: bigint[] = [];
    const wentOn: bigint[] = [];
    const arriving = (async () => {
      for (let offset = 1; offset <= 60; offset += 1) {
        const { message } = request(offset);
        const isBehind = await store.appendBehind('test.parking', 'k', message);
        if (!isBehind) wentOn.push(message.offset);
      }
    })();
    const replaying = (async () => {
      for (;;) {
        const head = await store.head(claim!);
        replayed.push(head!.message.offset);
        if ((await store.completeHead(claim!, head!.seq)) === 'released') return;
      }
    })();
    await Promise.all([arriving, replaying]);

    expect([...replayed, ...wentOn]).toEqual(Array.from({ length: 61 }, (_, i) => BigInt(i)));
  });

  it('keeps the bytes that an edit replaced, and lets nobody change what is recorded', async () => {
    const store = storeWith();
    const message = { ...request(1).message, value: Buffer.from('first') };
    await store.park({ ...request(1), message });
    const name = { consumer: 'test.parking', key: 'k', maker: 'ada', reason: 'Wrong field' };
    const [head] = await store.waiting(name, 1);

    const value = Buffer.from('second');
    await store.act({ ...name, kind: 'edit', seq: head!.seq, value }, () => Promise.resolve());

    const rows = await database.dataSource.query('select act, maker, original from operator_act');
    expect(rows).toEqual([{ act: 'parked-key.edit', maker: 'ada', original: message.value }]);
    for (const change of ['delete from', 'truncate']) {
      await expect(database.dataSource.query(`${change} operator_act`)).rejects.toThrow(
        'append-only',
      );
    }
    const update = database.dataSource.query(`update operator_act set maker = 'bob'`);
    await expect(update).rejects.toThrow('append-only');
  });

  it('never lets an event go on while a skipped head is buried', async () => {
    const store = storeWith();
    await store.park({ ...request(0), state: 'quarantined' });
    const [head] = await store.waiting({ consumer: 'test.parking', key: 'k' }, 1);
    let appended: Promise<boolean> | undefined;

    await store.act(
      {
        consumer: 'test.parking',
        key: 'k',
        maker: 'ada',
        reason: 'Not wanted',
        kind: 'skip',
        seq: head!.seq,
      },
      async () => {
        appended = store.appendBehind('test.parking', 'k', request(1).message);
        await Promise.resolve();
      },
    );

    expect(await appended).toBe(false);
    expect(await store.parkedKeys('test.parking')).toEqual([]);
  });

  it('lists what waits, for operators', async () => {
    const store = storeWith();
    await store.park(request(1));
    await store.park(request(2));

    expect(await store.list()).toMatchObject([
      { consumer: 'test.parking', key: 'k', state: 'retrying', causeCode: 'TEST', events: 2 },
    ]);
  });
});

import { FakeClock } from '@sluice/clock/testing';
import { localCodec } from '@sluice/contracts/testing';
import { PermanentFailure, TransientFailure } from '@sluice/failure';
import type { EventRecord } from '@sluice/messaging';
import { until } from '@sluice/messaging/testing';
import { inTransaction } from '@sluice/postgres';
import { type FreshDatabase, freshDatabase } from '@sluice/postgres/testing';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { ListPublisher, orderEvent, quickRelay } from './fixtures/outbox-fixture.ts';
import {
  Outbox,
  type OutboxRelay,
  actOnHeldKey,
  listActs,
  listHeldKeys,
  outboxMigrations,
} from './index.ts';
import { shardOf } from './shard.ts';

let database: FreshDatabase;
let outbox: Outbox;
let publisher: ListPublisher;
let relays: OutboxRelay[];

beforeEach(async () => {
  database = await freshDatabase(inject('databaseUrl'), { migrations: outboxMigrations });
  outbox = new Outbox({ codec: await localCodec() });
  publisher = new ListPublisher();
  relays = [];
});

afterEach(async () => {
  await Promise.all(relays.map((relay) => relay.stop()));
  await database.close();
});

function startRelay(overrides: Partial<Parameters<typeof quickRelay>[0]> = {}): OutboxRelay {
  const relay = quickRelay({ dataSource: database.dataSource, publisher, ...overrides });
  relays.push(relay);
  relay.start();
  return relay;
}

async function append(...events: readonly EventRecord[]): Promise<void> {
  await inTransaction(database.dataSource, (tx) => outbox.append(tx, events));
}

function events(count: number, key = 'order-1'): EventRecord[] {
  return Array.from({ length: count }, () => orderEvent({ key }));
}

function idsOf(list: readonly EventRecord[]): string[] {
  return list.map(({ id }) => id);
}

describe('OutboxRelay', () => {
  it('publishes what was committed, in the order of its appending', async () => {
    const list = events(5);
    await append(...list);

    startRelay();
    await publisher.reached(5);

    expect(publisher.ids()).toEqual(idsOf(list));
    expect(publisher.published[0]).toMatchObject({
      topic: 'orders.v1',
      key: 'order-1',
      headers: { ce_type: 'sluice.orders.v1.OrderPlaced', ce_tenant: 'demo' },
    });
  });

  it('wakes at a commit instead of waiting for its poll', async () => {
    const relay = startRelay({ pollMs: 600_000 });
    outbox.onWake(() => relay.wake());
    await append(...events(1));
    await publisher.reached(1);

    await append(...events(1));
    await publisher.reached(2);

    expect(publisher.published).toHaveLength(2);
  });

  it('is not held up by a transaction that stays open, and publishes its rows once it commits', async () => {
    const slow = orderEvent({ key: 'slow' });
    const opened = Promise.withResolvers<void>();
    const mayCommit = Promise.withResolvers<void>();
    const slowly = inTransaction(database.dataSource, async (tx) => {
      await outbox.append(tx, [slow]);
      opened.resolve();
      await mayCommit.promise;
    });
    await opened.promise;
    const quick = events(3, 'quick');
    await append(...quick);

    startRelay();
    await publisher.reached(3);
    expect(publisher.ids()).toEqual(idsOf(quick));
    mayCommit.resolve();
    await slowly;
    await publisher.reached(4);

    expect(publisher.ids()[3]).toBe(slow.id);
  });

  it('keeps rows while the broker is down, tells their age, and goes on by itself', async () => {
    publisher.refuse = () => {
      throw new TransientFailure('BROKER_DOWN', 'down');
    };
    const failed = Promise.withResolvers<void>();
    const list = events(2);
    await append(...list);
    const relay = startRelay({ onError: () => failed.resolve() });
    await failed.promise;
    expect(relay.oldestUnpublishedAgeMs()).toBeGreaterThan(0);

    publisher.refuse = () => undefined;
    await publisher.reached(2);
    await relay.stop();

    expect(publisher.ids()).toEqual(idsOf(list));
    expect(relay.oldestUnpublishedAgeMs()).toBe(0);
  });

  it('tells how long it could not look, because it does not know what waits', async () => {
    const clock = new FakeClock();
    const relay = startRelay({ clock, pollMs: 600_000 });
    await append(...events(1));
    relay.wake();
    await publisher.reached(1);
    const reached = Promise.withResolvers<void>();
    const hangs = Promise.withResolvers<void>();
    publisher.publish = () => {
      reached.resolve();
      return hangs.promise;
    };
    await append(...events(1));
    relay.wake();
    await reached.promise;

    clock.advance(90_000);

    expect([relay.silentMs(), relay.oldestUnpublishedAgeMs()]).toEqual([90_000, 90_000]);
    hangs.resolve();
  });

  it('goes on where another relay ended, in the middle of a window', async () => {
    const list = events(40);
    await append(...list);
    publisher.refuse = () => {
      if (publisher.published.length >= 20) throw new TransientFailure('DOWN', 'down');
    };
    const first = startRelay({ batchMax: 10 });
    await publisher.reached(20);
    await first.stop();

    publisher.refuse = () => undefined;
    startRelay({ batchMax: 10 });
    await publisher.reached(40);

    expect(publisher.ids()).toEqual(idsOf(list));
  });

  it('survives its connection being killed, at worst with repeats', async () => {
    startRelay();
    const list = events(2);
    await append(list[0]!);
    await publisher.reached(1);

    await database.dataSource.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where application_name = 'outbox-relay' and usename = current_user`,
    );
    await append(list[1]!);
    await publisher.reachedId(list[1]!.id);

    expect(new Set(publisher.ids())).toEqual(new Set(idsOf(list)));
  });

  it('writes no cursor with an epoch that was taken from it', async () => {
    const list = events(3);
    await append(...list);
    publisher.refuse = () => undefined;
    const stolen = Promise.withResolvers<void>();
    const steal = async (): Promise<void> => {
      await database.dataSource.query(
        `update outbox_shard set owner = 'other', epoch = epoch + 1, lease_until = now() + interval '1 h'`,
      );
      stolen.resolve();
    };
    const publish = publisher.publish.bind(publisher);
    publisher.publish = async (messages) => {
      await publish(messages);
      await steal();
    };
    const relay = startRelay();
    await stolen.promise;
    await relay.stop();

    const rows: unknown[] = await database.dataSource.query(
      `select distinct owner, last_seq from outbox_shard
       where s0::text = (select min(s0::text) from outbox_shard)`,
    );
    expect(rows).toEqual([{ owner: 'other', last_seq: '0' }]);
  });
});

describe('OutboxRelay that stood still', () => {
  it('publishes nothing that it had read before, because its shards may be lost', async () => {
    const keys = Array.from({ length: 20 }, (_, n) => `key-${n}`);
    const [even, odd] = [0, 1].map((rest) => keys.find((key) => shardOf(key) % 2 === rest) ?? '');
    await append(orderEvent({ key: even ?? '' }), orderEvent({ key: odd ?? '' }));
    // Even shards stand within a window, odd ones between two: two pages, read before the first is published.
    await database.dataSource.query(
      'update outbox_shard set s1 = pg_current_snapshot() where shard % 2 = 0',
    );
    const clock = new FakeClock();
    const stoodStill = Promise.withResolvers<void>();
    const publish = publisher.publish.bind(publisher);
    publisher.publish = async (messages) => {
      await publish(messages);
      await database.dataSource.query(
        `update outbox_shard set owner = 'other', epoch = epoch + 1, lease_until = now() + interval '1 h'`,
      );
      clock.advance(60_000);
      stoodStill.resolve();
    };

    const relay = startRelay({ clock });
    await stoodStill.promise;
    await until(() => relay.ownedShards() === 0, { what: 'the shards to be lost' });
    await relay.stop();

    expect(publisher.published).toHaveLength(1);
  });
});

describe('OutboxRelay with a row that the broker refuses for good', () => {
  const act = { topic: 'orders.v1', key: 'bad', maker: 'ada', reason: 'Too large' };
  const isBad = (key: string): boolean => key === 'bad';

  beforeEach(() => {
    publisher.refuse = (messages) => {
      if (messages.some(({ key }) => isBad(key))) {
        throw new PermanentFailure('MESSAGE_TOO_LARGE', 'too large');
      }
    };
  });

  it('quarantines it with the rest of its key, and publishes every other key', async () => {
    const good = events(6, 'good');
    await append(...events(1, 'bad'), ...good.slice(0, 3), ...events(1, 'bad'), ...good.slice(3));

    const relay = startRelay();
    await publisher.reached(6);
    await append(...events(1, 'bad'), orderEvent({ key: 'later' }));
    await publisher.reached(7);
    await relay.stop();

    expect(publisher.ids().slice(0, 6)).toEqual(idsOf(good));
    expect(await listHeldKeys(database.dataSource)).toMatchObject([
      { topic: 'orders.v1', key: 'bad', state: 'held', causeCode: 'MESSAGE_TOO_LARGE', events: 3 },
    ]);
  });

  it('publishes the rest of the key in order once an operator drops the head', async () => {
    const list = events(3, 'bad');
    await append(...list, orderEvent({ key: 'good' }));
    const first = startRelay();
    await publisher.reached(1);
    await first.stop();
    const [held] = await listHeldKeys(database.dataSource);

    publisher.refuse = () => undefined;
    const head = { headSeq: held?.headSeq ?? '' };
    const outcome = await actOnHeldKey(database.dataSource, { ...act, ...head, kind: 'drop-head' });
    const second = startRelay();
    await publisher.reached(3);
    await second.stop();

    expect(outcome).toEqual({ dropped: 1, waiting: 2 });
    expect(publisher.ids().slice(1)).toEqual(idsOf(list).slice(1));
    expect(await listHeldKeys(database.dataSource)).toEqual([]);
  });

  it('goes on with a released key at once when it is told to', async () => {
    const list = events(2, 'bad');
    await append(...list, orderEvent({ key: 'good' }));
    const relay = startRelay({ pollMs: 600_000 });
    await publisher.reached(1);
    await until(async () => (await listHeldKeys(database.dataSource))[0]?.events === 2, {
      what: 'the held key',
    });

    publisher.refuse = () => undefined;
    await actOnHeldKey(database.dataSource, { ...act, kind: 'release' });
    await relay.tend();
    await publisher.reached(3);

    expect(publisher.ids().slice(1)).toEqual(idsOf(list));
  });

  it('publishes nothing of what an operator dropped, and everything that comes later', async () => {
    await append(...events(2, 'bad'), orderEvent({ key: 'good' }));
    const relay = startRelay();
    await publisher.reached(1);
    await until(async () => (await listHeldKeys(database.dataSource))[0]?.events === 2, {
      what: 'the held key',
    });

    publisher.refuse = () => undefined;
    const outcome = await actOnHeldKey(database.dataSource, { ...act, kind: 'drop' });
    await relay.tend();
    const later = orderEvent({ key: 'bad' });
    await append(later);
    await publisher.reached(2);

    expect(outcome).toEqual({ dropped: 2, waiting: 0 });
    expect(publisher.ids()[1]).toBe(later.id);
    expect(await listActs(database.dataSource, 1)).toMatchObject([
      { act: 'held-key.drop', maker: 'ada', reason: 'Too large', subject: { dropped: 2 } },
    ]);
  });

  it('quarantines nothing of a shard that was taken from it', async () => {
    publisher.refuse = () => {
      throw new PermanentFailure('MESSAGE_TOO_LARGE', 'too large');
    };
    const publish = publisher.publish.bind(publisher);
    publisher.publish = async (messages) => {
      await database.dataSource.query(
        `update outbox_shard set owner = 'other', epoch = epoch + 1, lease_until = now() + interval '1 h'`,
      );
      await publish(messages);
    };
    const failed = Promise.withResolvers<unknown>();
    await append(...events(1, 'bad'));

    const relay = startRelay({ onError: failed.resolve });
    const error = await failed.promise;
    await relay.stop();

    expect(error).toMatchObject({ code: 'OUTBOX_LEASE_LOST' });
    expect(await listHeldKeys(database.dataSource)).toEqual([]);
  });

  it('refuses an act on a key that is not held, on another head, or without a reason', async () => {
    await append(...events(1, 'bad'), orderEvent({ key: 'good' }));
    startRelay();
    await publisher.reached(1);
    await until(async () => (await listHeldKeys(database.dataSource)).length === 1, {
      what: 'the held key',
    });
    const refusals = [
      [{ ...act, kind: 'release', key: 'good' }, 'OUTBOX_KEY_NOT_HELD'],
      [{ ...act, kind: 'drop-head', headSeq: '999' }, 'OUTBOX_HEAD_CHANGED'],
      [{ ...act, kind: 'drop', reason: ' ' }, 'OPERATOR_NOTE_MISSING'],
    ] as const;

    for (const [refused, code] of refusals) {
      await expect(actOnHeldKey(database.dataSource, refused)).rejects.toMatchObject({ code });
    }
    expect(await listActs(database.dataSource, 1)).toEqual([]);
  });
});

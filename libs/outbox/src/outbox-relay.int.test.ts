import { FakeClock } from '@sluice/clock/testing';
import { PermanentFailure, TransientFailure } from '@sluice/failure';
import { until } from '@sluice/messaging/testing';
import { inTransaction } from '@sluice/postgres';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { orderEvent } from './fixtures/outbox-fixture.ts';
import { actOnHeldKey, listActs, listHeldKeys } from './index.ts';
import { shardOf } from './shard.ts';
import { RelayScene, events, idsOf } from './fixtures/relay-scene.ts';

let scene: RelayScene;

beforeEach(async () => {
  scene = await RelayScene.open(inject('databaseUrl'));
});

afterEach(() => scene.close());

describe('OutboxRelay', () => {
  it('publishes what was committed, in the order of its appending', async () => {
    const list = events(5);
    await scene.append(...list);

    scene.startRelay();
    await scene.publisher.reached(5);

    expect(scene.publisher.ids()).toEqual(idsOf(list));
    expect(scene.publisher.published[0]).toMatchObject({
      topic: 'orders.v1',
      key: 'order-1',
      headers: { ce_type: 'sluice.orders.v1.OrderPlaced', ce_tenant: 'demo' },
    });
  });

  it('wakes at a commit instead of waiting for its poll', async () => {
    const relay = scene.startRelay({ pollMs: 600_000 });
    scene.outbox.onWake(() => relay.wake());
    await scene.append(...events(1));
    await scene.publisher.reached(1);

    await scene.append(...events(1));
    await scene.publisher.reached(2);

    expect(scene.publisher.published).toHaveLength(2);
  });

  it('is not held up by a transaction that stays open, and publishes its rows once it commits', async () => {
    const slow = orderEvent({ key: 'slow' });
    const opened = Promise.withResolvers<void>();
    const mayCommit = Promise.withResolvers<void>();
    const slowly = inTransaction(scene.database.dataSource, async (tx) => {
      await scene.outbox.append(tx, [slow]);
      opened.resolve();
      await mayCommit.promise;
    });
    await opened.promise;
    const quick = events(3, 'quick');
    await scene.append(...quick);

    scene.startRelay();
    await scene.publisher.reached(3);
    expect(scene.publisher.ids()).toEqual(idsOf(quick));
    mayCommit.resolve();
    await slowly;
    await scene.publisher.reached(4);

    expect(scene.publisher.ids()[3]).toBe(slow.id);
  });

  it('keeps rows while the broker is down, tells their age, and goes on by itself', async () => {
    scene.publisher.refuse = () => {
      throw new TransientFailure('BROKER_DOWN', 'down');
    };
    const failed = Promise.withResolvers<void>();
    const list = events(2);
    await scene.append(...list);
    const relay = scene.startRelay({ onError: () => failed.resolve() });
    await failed.promise;
    expect(relay.oldestUnpublishedAgeMs()).toBeGreaterThan(0);

    scene.publisher.refuse = () => undefined;
    await scene.publisher.reached(2);
    await relay.stop();

    expect(scene.publisher.ids()).toEqual(idsOf(list));
    expect(relay.oldestUnpublishedAgeMs()).toBe(0);
  });

  it('tells how long it could not look, because it does not know what waits', async () => {
    const clock = new FakeClock();
    const relay = scene.startRelay({ clock, pollMs: 600_000 });
    await scene.append(...events(1));
    relay.wake();
    await scene.publisher.reached(1);
    const reached = Promise.withResolvers<void>();
    const hangs = Promise.withResolvers<void>();
    scene.publisher.publish = () => {
      reached.resolve();
      return hangs.promise;
    };
    await scene.append(...events(1));
    relay.wake();
    await reached.promise;

    clock.advance(90_000);

    expect([relay.silentMs(), relay.oldestUnpublishedAgeMs()]).toEqual([90_000, 90_000]);
    hangs.resolve();
  });

  it('goes on where another relay ended, in the middle of a window', async () => {
    const list = events(40);
    await scene.append(...list);
    scene.publisher.refuse = () => {
      if (scene.publisher.published.length >= 20) throw new TransientFailure('DOWN', 'down');
    };
    const first = scene.startRelay({ batchMax: 10 });
    await scene.publisher.reached(20);
    await first.stop();

    scene.publisher.refuse = () => undefined;
    scene.startRelay({ batchMax: 10 });
    await scene.publisher.reached(40);

    expect(scene.publisher.ids()).toEqual(idsOf(list));
  });

  it('survives its connection being killed, at worst with repeats', async () => {
    scene.startRelay();
    const list = events(2);
    await scene.append(list[0]!);
    await scene.publisher.reached(1);

    await scene.database.dataSource.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where application_name = 'outbox-relay' and usename = current_user`,
    );
    await scene.append(list[1]!);
    await scene.publisher.reachedId(list[1]!.id);

    expect(new Set(scene.publisher.ids())).toEqual(new Set(idsOf(list)));
  });

  it('writes no cursor with an epoch that was taken from it', async () => {
    const list = events(3);
    await scene.append(...list);
    scene.publisher.refuse = () => undefined;
    const stolen = Promise.withResolvers<void>();
    const steal = async (): Promise<void> => {
      await scene.database.dataSource.query(
        `update outbox_shard set owner = 'other', epoch = epoch + 1, lease_until = now() + interval '1 h'`,
      );
      stolen.resolve();
    };
    const publish = scene.publisher.publish.bind(scene.publisher);
    scene.publisher.publish = async (messages) => {
      await publish(messages);
      await steal();
    };
    const relay = scene.startRelay();
    await stolen.promise;
    await relay.stop();

    const rows: unknown[] = await scene.database.dataSource.query(
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
    await scene.append(orderEvent({ key: even ?? '' }), orderEvent({ key: odd ?? '' }));
    // Even shards stand within a window, odd ones between two: two pages, read before the first is published.
    await scene.database.dataSource.query(
      'update outbox_shard set s1 = pg_current_snapshot() where shard % 2 = 0',
    );
    const clock = new FakeClock();
    const stoodStill = Promise.withResolvers<void>();
    const publish = scene.publisher.publish.bind(scene.publisher);
    scene.publisher.publish = async (messages) => {
      await publish(messages);
      await scene.database.dataSource.query(
        `update outbox_shard set owner = 'other', epoch = epoch + 1, lease_until = now() + interval '1 h'`,
      );
      clock.advance(60_000);
      stoodStill.resolve();
    };

    const relay = scene.startRelay({ clock });
    await stoodStill.promise;
    await until(() => relay.ownedShards() === 0, { what: 'the shards to be lost' });
    await relay.stop();

    expect(scene.publisher.published).toHaveLength(1);
  });
});

describe('OutboxRelay with a row that the broker refuses for good', () => {
  const act = { topic: 'orders.v1', key: 'bad', maker: 'ada', reason: 'Too large' };
  const isBad = (key: string): boolean => key === 'bad';

  beforeEach(() => {
    scene.publisher.refuse = (messages) => {
      if (messages.some(({ key }) => isBad(key))) {
        throw new PermanentFailure('MESSAGE_TOO_LARGE', 'too large');
      }
    };
  });

  it('quarantines it with the rest of its key, and publishes every other key', async () => {
    const good = events(6, 'good');
    await scene.append(
      ...events(1, 'bad'),
      ...good.slice(0, 3),
      ...events(1, 'bad'),
      ...good.slice(3),
    );

    const relay = scene.startRelay();
    await scene.publisher.reached(6);
    await scene.append(...events(1, 'bad'), orderEvent({ key: 'later' }));
    await scene.publisher.reached(7);
    await relay.stop();

    expect(scene.publisher.ids().slice(0, 6)).toEqual(idsOf(good));
    expect(await listHeldKeys(scene.database.dataSource)).toMatchObject([
      { topic: 'orders.v1', key: 'bad', state: 'held', causeCode: 'MESSAGE_TOO_LARGE', events: 3 },
    ]);
  });

  it('publishes the rest of the key in order once an operator drops the head', async () => {
    const list = events(3, 'bad');
    await scene.append(...list, orderEvent({ key: 'good' }));
    const first = scene.startRelay();
    await scene.publisher.reached(1);
    await first.stop();
    const [held] = await listHeldKeys(scene.database.dataSource);

    scene.publisher.refuse = () => undefined;
    const head = { headSeq: held?.headSeq ?? '' };
    const outcome = await actOnHeldKey(scene.database.dataSource, {
      ...act,
      ...head,
      kind: 'drop-head',
    });
    const second = scene.startRelay();
    await scene.publisher.reached(3);
    await second.stop();

    expect(outcome).toEqual({ dropped: 1, waiting: 2 });
    expect(scene.publisher.ids().slice(1)).toEqual(idsOf(list).slice(1));
    expect(await listHeldKeys(scene.database.dataSource)).toEqual([]);
  });

  it('goes on with a released key at once when it is told to', async () => {
    const list = events(2, 'bad');
    await scene.append(...list, orderEvent({ key: 'good' }));
    const relay = scene.startRelay({ pollMs: 600_000 });
    await scene.publisher.reached(1);
    await until(async () => (await listHeldKeys(scene.database.dataSource))[0]?.events === 2, {
      what: 'the held key',
    });

    scene.publisher.refuse = () => undefined;
    await actOnHeldKey(scene.database.dataSource, { ...act, kind: 'release' });
    await relay.tend();
    await scene.publisher.reached(3);

    expect(scene.publisher.ids().slice(1)).toEqual(idsOf(list));
  });

  it('publishes nothing of what an operator dropped, and everything that comes later', async () => {
    await scene.append(...events(2, 'bad'), orderEvent({ key: 'good' }));
    const relay = scene.startRelay();
    await scene.publisher.reached(1);
    await until(async () => (await listHeldKeys(scene.database.dataSource))[0]?.events === 2, {
      what: 'the held key',
    });

    scene.publisher.refuse = () => undefined;
    const outcome = await actOnHeldKey(scene.database.dataSource, { ...act, kind: 'drop' });
    await relay.tend();
    const later = orderEvent({ key: 'bad' });
    await scene.append(later);
    await scene.publisher.reached(2);

    expect(outcome).toEqual({ dropped: 2, waiting: 0 });
    expect(scene.publisher.ids()[1]).toBe(later.id);
    expect(await listActs(scene.database.dataSource, 1)).toMatchObject([
      { act: 'held-key.drop', maker: 'ada', reason: 'Too large', subject: { dropped: 2 } },
    ]);
  });

  it('quarantines nothing of a shard that was taken from it', async () => {
    scene.publisher.refuse = () => {
      throw new PermanentFailure('MESSAGE_TOO_LARGE', 'too large');
    };
    const publish = scene.publisher.publish.bind(scene.publisher);
    scene.publisher.publish = async (messages) => {
      await scene.database.dataSource.query(
        `update outbox_shard set owner = 'other', epoch = epoch + 1, lease_until = now() + interval '1 h'`,
      );
      await publish(messages);
    };
    const failed = Promise.withResolvers<unknown>();
    await scene.append(...events(1, 'bad'));

    const relay = scene.startRelay({ onError: failed.resolve });
    const error = await failed.promise;
    await relay.stop();

    expect(error).toMatchObject({ code: 'OUTBOX_LEASE_LOST' });
    expect(await listHeldKeys(scene.database.dataSource)).toEqual([]);
  });

  it('refuses an act on a key that is not held, on another head, or without a reason', async () => {
    await scene.append(...events(1, 'bad'), orderEvent({ key: 'good' }));
    scene.startRelay();
    await scene.publisher.reached(1);
    await until(async () => (await listHeldKeys(scene.database.dataSource)).length === 1, {
      what: 'the held key',
    });
    const refusals = [
      [{ ...act, kind: 'release', key: 'good' }, 'OUTBOX_KEY_NOT_HELD'],
      [{ ...act, kind: 'drop-head', headSeq: '999' }, 'OUTBOX_HEAD_CHANGED'],
      [{ ...act, kind: 'drop', reason: ' ' }, 'OPERATOR_NOTE_MISSING'],
    ] as const;

    for (const [refused, code] of refusals) {
      await expect(actOnHeldKey(scene.database.dataSource, refused)).rejects.toMatchObject({
        code,
      });
    }
    expect(await listActs(scene.database.dataSource, 1)).toEqual([]);
  });
});

import { localCodec } from '@sluice/contracts/testing';
import { PermanentFailure } from '@sluice/failure';
import type { EventRecord } from '@sluice/messaging';
import { inTransaction } from '@sluice/postgres';
import { type FreshDatabase, freshDatabase } from '@sluice/postgres/testing';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { ListPublisher, orderEvent, quickRelay } from './fixtures/outbox-fixture.ts';
import {
  Outbox,
  type ReplayReport,
  type ReplayRequest,
  actOnHeldKey,
  listActs,
  maintainPartitions,
  outboxMigrations,
  replayOutbox,
} from './index.ts';

const dayMs = 86_400_000;
const note = { maker: 'ada', reason: 'Topic was deleted' };

let database: FreshDatabase;
let outbox: Outbox;
let live: ListPublisher;
let again: ListPublisher;

beforeEach(async () => {
  database = await freshDatabase(inject('databaseUrl'), { migrations: outboxMigrations });
  outbox = new Outbox({ codec: await localCodec() });
  live = new ListPublisher();
  again = new ListPublisher();
});

afterEach(() => database.close());

async function append(...events: readonly EventRecord[]): Promise<void> {
  await inTransaction(database.dataSource, (tx) => outbox.append(tx, events));
}

/** Publishes all that is appended, except what is refused. */
async function relayed(count: number): Promise<void> {
  const relay = quickRelay({ dataSource: database.dataSource, publisher: live });
  relay.start();
  await live.reached(count);
  await relay.stop();
}

async function replay(request: Partial<ReplayRequest>): Promise<ReplayReport> {
  const parts = { dataSource: database.dataSource, publisher: again };
  return await replayOutbox(parts, { ...note, ratePerSecond: 10_000, ...request });
}

function idsOf(events: readonly EventRecord[]): readonly string[] {
  return events.map(({ id }) => id);
}

describe('replayOutbox', () => {
  it('publishes a range again with the same ids, headers and order', async () => {
    const events = Array.from({ length: 7 }, (_, n) => orderEvent({ key: `k${n % 2}` }));
    await append(...events);
    await relayed(7);

    const report = await replay({ fromSeq: 2n, toSeq: 6n });

    expect(report).toMatchObject({ rows: 5, firstSeq: '2', lastSeq: '6', nextSeq: null });
    expect(again.published).toEqual(live.published.slice(1, 6));
  });

  it('narrows by key, by type and by time', async () => {
    const start = new Date(Date.now() - 1_000);
    const events = [orderEvent({ key: 'a' }), orderEvent({ key: 'b' }), orderEvent({ key: 'a' })];
    await append(...events);
    await relayed(3);

    await replay({ from: start, key: 'a' });
    expect(again.ids()).toEqual([events[0]?.id, events[2]?.id]);
    const ofType = await replay({ from: start, type: 'sluice.orders.v1.OrderPlaced' });
    const ofOther = await replay({ from: start, type: 'sluice.payments.v1.PaymentCaptured' });
    const before = await replay({ fromSeq: 1n, to: start });

    expect([ofType.rows, ofOther.rows, before.rows]).toEqual([3, 0, 0]);
  });

  it('goes on where the last call reached its bound', async () => {
    await append(...Array.from({ length: 25 }, () => orderEvent()));
    await relayed(25);

    const first = await replay({ fromSeq: 1n, rowsMax: 10 });
    const second = await replay({ fromSeq: BigInt(first.nextSeq ?? 0), rowsMax: 100 });

    expect([first.nextSeq, second.nextSeq]).toEqual(['11', null]);
    expect(again.ids()).toEqual(live.ids());
  });

  it('keeps to its rate', async () => {
    await append(...Array.from({ length: 30 }, () => orderEvent()));
    await relayed(30);
    const startedMs = performance.now();

    await replay({ fromSeq: 1n, ratePerSecond: 10, rowsMax: 20 });

    expect(performance.now() - startedMs).toBeGreaterThan(900);
  });

  it('leaves out what is not published yet, held, or dropped by an operator', async () => {
    live.refuse = (messages) => {
      if (messages.some(({ key }) => key === 'dropped' || key === 'held')) {
        throw new PermanentFailure('MESSAGE_TOO_LARGE', 'too large');
      }
    };
    const good = orderEvent({ key: 'good' });
    await append(good, orderEvent({ key: 'dropped' }), orderEvent({ key: 'held' }));
    await relayed(1);
    const key = { topic: 'orders.v1', key: 'dropped' };
    await actOnHeldKey(database.dataSource, { ...note, ...key, kind: 'drop' });
    await append(orderEvent({ key: 'new' }));

    await replay({ fromSeq: 1n });

    expect(again.ids()).toEqual([good.id]);
  });

  it('counts what it would publish in a dry run, and publishes and records nothing', async () => {
    await append(...Array.from({ length: 3 }, () => orderEvent()));
    await relayed(3);

    const report = await replay({ fromSeq: 2n, isDryRun: true });

    expect(report).toMatchObject({ isDryRun: true, rows: 2, firstSeq: '2', lastSeq: '3' });
    expect([again.published, await listActs(database.dataSource, 1)]).toEqual([[], []]);
  });

  it('records who asked and why, before the first row and at the end', async () => {
    const events = [orderEvent()];
    await append(...events);
    await relayed(1);

    await replay({ fromSeq: 1n, key: 'order-1' });

    expect(await listActs(database.dataSource, 9)).toMatchObject([
      { act: 'outbox.replay', ...note, subject: { step: 'ended', rows: 1, key: 'order-1' } },
      { act: 'outbox.replay', ...note, subject: { step: 'begun', fromSeq: '1' } },
    ]);
    expect(again.ids()).toEqual(idsOf(events));
  });

  it('refuses a range of which days are deleted, and says where it may begin', async () => {
    await append(orderEvent(), orderEvent());
    await relayed(2);
    await append(orderEvent());
    await relayed(3);
    const later = new Date(Date.now() + 10 * dayMs);
    const { dropped } = await maintainPartitions(database.dataSource, later, { retentionDays: 2 });
    expect(dropped.length).toBeGreaterThan(0);

    for (const request of [
      { fromSeq: 1n },
      { from: new Date(0) },
      { fromSeq: 3n, isDryRun: true },
    ]) {
      await expect(replay(request)).rejects.toMatchObject({
        code: 'OUTBOX_REPLAY_GONE',
        details: { earliestSeq: '4' },
      });
    }
    expect(await replay({ fromSeq: 4n })).toMatchObject({ rows: 0 });
  });

  it('runs once at a time', async () => {
    await append(...Array.from({ length: 20 }, () => orderEvent()));
    await relayed(20);
    const begun = Promise.withResolvers<void>();
    again.refuse = () => begun.resolve();
    const first = replay({ fromSeq: 1n, ratePerSecond: 10, rowsMax: 15 });
    await begun.promise;

    await expect(replay({ fromSeq: 1n })).rejects.toMatchObject({ code: 'OUTBOX_REPLAY_BUSY' });
    await first;
  });

  it.each<[string, Partial<ReplayRequest>, string]>([
    ['no beginning', { toSeq: 5n }, 'OUTBOX_REPLAY_INVALID'],
    ['an end before the beginning', { fromSeq: 5n, toSeq: 4n }, 'OUTBOX_REPLAY_INVALID'],
    ['no rows at all', { fromSeq: 1n, rowsMax: 0 }, 'OUTBOX_REPLAY_INVALID'],
    ['too many rows at once', { fromSeq: 1n, rowsMax: 10_001 }, 'OUTBOX_REPLAY_INVALID'],
    ['no reason', { fromSeq: 1n, reason: '' }, 'OPERATOR_NOTE_MISSING'],
  ])('refuses %s', async (_, request, code) => {
    await expect(replay(request)).rejects.toMatchObject({ code });
  });
});

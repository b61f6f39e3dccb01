import { inTransaction } from '@sluice/postgres';
import { type FreshDatabase, freshDatabase } from '@sluice/postgres/testing';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { deliveryOf, orderEvent } from './fixtures/outbox-fixture.ts';
import { ConflictingDuplicate, Inbox, outboxMigrations } from './index.ts';

let database: FreshDatabase;
const inbox = new Inbox();

beforeAll(async () => {
  database = await freshDatabase(inject('databaseUrl'), { migrations: outboxMigrations });
});

afterAll(() => database.close());

async function freshIds(
  deliveries: readonly ReturnType<typeof deliveryOf>[],
  consumer = 'test.slice',
): Promise<readonly string[]> {
  const fresh = await inTransaction(database.dataSource, (tx) =>
    inbox.fresh(tx, consumer, deliveries),
  );
  return fresh.map(({ event }) => event.id);
}

/** A value in Confluent wire format, as far as the inbox looks at it. */
function wire(schemaId: number, text: string): Buffer {
  return Buffer.concat([Buffer.from([0, 0, 0, 0, schemaId]), Buffer.from(text)]);
}

describe('Inbox', () => {
  it('returns what it has never seen, in order, and a repeat once', async () => {
    const [one, two, three] = [orderEvent(), orderEvent(), orderEvent()];
    await freshIds([deliveryOf(two)]);

    const ids = await freshIds([three, two, one, three].map((event) => deliveryOf(event)));

    expect(ids).toEqual([three.id, one.id]);
  });

  it('drops a repeat with the same body, also when its schema was registered anew', async () => {
    const event = orderEvent();
    await freshIds([deliveryOf(event, wire(7, 'same'))], 'test.bodies');

    expect(await freshIds([deliveryOf(event, wire(8, 'same'))], 'test.bodies')).toEqual([]);
  });

  it('refuses an id that comes again with another body, and marks nothing of that batch', async () => {
    const [event, other] = [orderEvent(), orderEvent()];
    await freshIds([deliveryOf(event, wire(7, 'one'))], 'test.bodies');
    const batch = [deliveryOf(other, wire(7, 'other')), deliveryOf(event, wire(7, 'two'))];

    await expect(freshIds(batch, 'test.bodies')).rejects.toMatchObject({
      name: 'ConflictingDuplicate',
      code: 'CONFLICTING_DUPLICATE',
    });

    expect(await freshIds(batch.slice(0, 1), 'test.bodies')).toEqual([other.id]);
  });

  it('refuses two bodies of one id inside a batch', async () => {
    const event = orderEvent();
    const batch = ['one', 'two'].map((text) => deliveryOf(event, wire(7, text)));

    await expect(freshIds(batch, 'test.bodies')).rejects.toThrow(ConflictingDuplicate);
  });

  it('keeps consumers apart', async () => {
    const delivery = deliveryOf(orderEvent());
    await freshIds([delivery]);

    expect(await freshIds([delivery], 'test.other')).toEqual([delivery.event.id]);
  });

  it('forgets the mark of a transaction that rolled back', async () => {
    const delivery = deliveryOf(orderEvent());
    const failed = inTransaction(database.dataSource, async (tx) => {
      await inbox.fresh(tx, 'test.slice', [delivery]);
      throw new Error('no');
    });
    await expect(failed).rejects.toThrow('no');

    expect(await freshIds([delivery])).toEqual([delivery.event.id]);
  });

  it('gives an event to one of two transactions that run at once', async () => {
    const deliveries = Array.from({ length: 20 }, () => deliveryOf(orderEvent()));

    const [one, two] = await Promise.all([freshIds(deliveries), freshIds(deliveries.toReversed())]);

    expect([...one, ...two].toSorted()).toEqual(deliveries.map(({ event }) => event.id).toSorted());
  });

  it('refuses versions that are not above the last one, when asked to', async () => {
    const strict = new Inbox({ refuseStale: true });
    const deliver = async (version: bigint): Promise<number> => {
      const delivery = deliveryOf(orderEvent({ key: 'versioned', version }));
      const fresh = await inTransaction(database.dataSource, (tx) =>
        strict.fresh(tx, 'test.versions', [delivery]),
      );
      return fresh.length;
    };

    expect([await deliver(1n), await deliver(3n), await deliver(2n), await deliver(4n)]).toEqual([
      1, 1, 0, 1,
    ]);
  });

  it('deletes marks that are older than the retention', async () => {
    const delivery = deliveryOf(orderEvent());
    await freshIds([delivery], 'test.old');
    await database.dataSource.query(
      `update inbox set received_at = now() - interval '401 days' where consumer = 'test.old'`,
    );

    const deleted = await inbox.prune(database.dataSource, { retentionDays: 400, limit: 100 });

    expect(deleted).toBe(1);
    expect(await freshIds([delivery], 'test.old')).toHaveLength(1);
  });
});

import { localCodec, orderPlaced } from '@sluice/contracts/testing';
import { inTransaction } from '@sluice/postgres';
import { type FreshDatabase, freshDatabase } from '@sluice/postgres/testing';
import { Client } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { orderEvent } from './fixtures/outbox-fixture.ts';
import { Outbox, maintainPartitions, outboxMigrations } from './index.ts';

let database: FreshDatabase;
let outbox: Outbox;

beforeAll(async () => {
  database = await freshDatabase(inject('databaseUrl'), { migrations: outboxMigrations });
  outbox = new Outbox({ codec: await localCodec() });
});

beforeEach(async () => {
  await database.dataSource.query('truncate outbox, outbox_head');
});

afterAll(() => database.close());

async function append(...events: readonly ReturnType<typeof orderEvent>[]): Promise<void> {
  await inTransaction(database.dataSource, (tx) => outbox.append(tx, events));
}

function rows(columns: string): Promise<unknown[]> {
  return database.dataSource.query(`select ${columns} from outbox order by seq`);
}

describe('Outbox', () => {
  it('writes Debezium’s columns, the envelope and the schema id', async () => {
    const event = orderEvent({ key: 'order-9', version: 3n });
    await append(event);

    const [row] = await rows(`id, tenant, aggregatetype, aggregateid, version, type, topic,
      headers->>'ce_version' as header, payload, schema_id`);

    expect(row).toMatchObject({
      id: event.id,
      tenant: 'demo',
      aggregatetype: 'orders',
      aggregateid: 'order-9',
      version: '3',
      type: 'sluice.orders.v1.OrderPlaced',
      topic: 'orders.v1',
      header: '3',
    });
    const { payload, schema_id } = row as { payload: Buffer; schema_id: number };
    expect(payload.readInt32BE(1)).toBe(schema_id);
  });

  it('keeps the order of the list, versioned or not', async () => {
    const list = Array.from({ length: 50 }, (_, i) =>
      orderEvent(i % 3 === 0 ? { key: `k${i % 2}`, version: BigInt(i) } : { key: `k${i % 5}` }),
    );
    await append(...list);

    expect(await rows('id')).toEqual(list.map(({ id }) => ({ id })));
  });

  it('leaves nothing of a transaction that rolled back, and wakes nobody', async () => {
    let wakes = 0;
    const end = outbox.onWake(() => (wakes += 1));
    const failed = inTransaction(database.dataSource, async (tx) => {
      await outbox.append(tx, [orderEvent()]);
      throw new Error('no');
    });
    await expect(failed).rejects.toThrow('no');
    expect([await rows('id'), wakes]).toEqual([[], 0]);

    await append(orderEvent());
    end();
    await append(orderEvent());

    expect(wakes).toBe(1);
  });

  it.each([
    ['the same version', 5n],
    ['an earlier version', 4n],
  ])('refuses %s of an aggregate, and the whole append with it', async (_what, version) => {
    await append(orderEvent({ version: 5n }));

    await expect(
      append(orderEvent({ key: 'other' }), orderEvent({ version })),
    ).rejects.toMatchObject({ code: 'OUTBOX_VERSION_TAKEN' });
    expect(await rows('version')).toEqual([{ version: '5' }]);
  });

  it('gives a version to one of two transactions that run at once', async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 8 }, () => append(orderEvent({ version: 1n }))),
    );

    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('refuses versions of one aggregate that do not grow within the list', async () => {
    await expect(
      append(orderEvent({ version: 2n }), orderEvent({ version: 2n })),
    ).rejects.toMatchObject({ code: 'OUTBOX_VERSIONS_UNORDERED' });
  });

  it('refuses a card number before anything is stored', async () => {
    const event = orderEvent({ data: orderPlaced({ note: '4111 1111 1111 1111' }) });

    await expect(append(event)).rejects.toMatchObject({ code: 'CARD_NUMBER_REFUSED' });
    expect(await rows('id')).toEqual([]);
  });

  it('appends with a client of pg as in a transaction of TypeORM, and wakes when told of the commit', async () => {
    const shards: unknown[] = [];
    const end = outbox.onWake((woken) => shards.push(...(woken ?? [])));
    const client = new Client({ connectionString: database.databaseUrl });
    await client.connect();
    await client.query('begin');
    const event = orderEvent({ version: 1n });
    const committed = await outbox.appendTo(client, [event]);
    expect(shards).toEqual([]);
    await client.query('commit');
    committed();
    await client.query('begin');
    await expect(outbox.appendTo(client, [event])).rejects.toMatchObject({
      code: 'OUTBOX_VERSION_TAKEN',
    });
    await client.query('rollback');
    await client.end();
    end();

    expect([await rows('id'), shards.length]).toEqual([[{ id: event.id }], 1]);
  });

  it('does nothing for an empty list', async () => {
    await append();

    expect(await rows('id')).toEqual([]);
  });
});

describe('maintainPartitions', () => {
  const dayMs = 86_400_000;

  async function partitions(): Promise<number> {
    const counted: { n: number }[] = await database.dataSource.query(
      `select count(*)::int as n from pg_inherits where inhparent = 'outbox'::regclass`,
    );
    return counted[0]?.n ?? 0;
  }

  it('makes the coming days once, also from two replicas at the same time', async () => {
    const future = new Date(Date.now() + 30 * dayMs);
    const before = await partitions();

    await Promise.all(
      [1, 2].map(() => maintainPartitions(database.dataSource, future, { retentionDays: 365 })),
    );

    expect(await partitions()).toBe(before + 4);
  });

  it('drops days past the retention that every shard has passed, and no other', async () => {
    await append(orderEvent());
    const later = new Date(Date.now() + 10 * dayMs);

    const kept = await maintainPartitions(database.dataSource, later, { retentionDays: 2 });
    await database.dataSource.query(`update outbox_shard set s0 = (select pg_current_snapshot())`);
    const passed = await maintainPartitions(database.dataSource, later, { retentionDays: 2 });

    const today = `outbox_${new Date().toISOString().slice(0, 10).replaceAll('-', '')}`;
    expect(kept.dropped).not.toContain(today);
    expect(passed.dropped).toContain(today);
  });

  it('drops days by their age alone when no relay reads the outbox', async () => {
    await maintainPartitions(database.dataSource, new Date(), { retentionDays: 365 });
    await append(orderEvent());
    const muchLater = new Date(Date.now() + 20 * dayMs);

    const kept = await maintainPartitions(database.dataSource, muchLater, { retentionDays: 2 });
    const passed = await maintainPartitions(database.dataSource, muchLater, {
      retentionDays: 2,
      isReadElsewhere: true,
    });

    const day = passed.dropped.at(-1);
    expect(day).toBeDefined();
    expect(kept.dropped).not.toContain(day);
    expect(await rows('id')).toEqual([]);
  });
});

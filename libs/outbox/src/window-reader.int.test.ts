import { localCodec } from '@sluice/contracts/testing';
import { inTransaction } from '@sluice/postgres';
import { type FreshDatabase, freshDatabase } from '@sluice/postgres/testing';
import type { EntityManager } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { orderEvent } from './fixtures/outbox-fixture.ts';
import { Outbox, outboxMigrations } from './index.ts';
import { RelayConnection } from './relay-connection.ts';
import { allShards } from './shard.ts';
import type { Cursor } from './shard-leases.ts';
import { readPage } from './window-reader.ts';

const bounds = { rowsMax: 5, bytesMax: 1_000_000 };

let database: FreshDatabase;
let connection: RelayConnection;
let outbox: Outbox;

beforeAll(async () => {
  database = await freshDatabase(inject('databaseUrl'), { migrations: outboxMigrations });
  outbox = new Outbox({ codec: await localCodec() });
  const { url } = database.dataSource.options as { url: string };
  connection = new RelayConnection(url);
});

afterAll(async () => {
  await connection.close();
  await database.close();
});

beforeEach(async () => {
  await database.dataSource.query('truncate outbox');
});

async function here(): Promise<Cursor> {
  const [row]: { s0: string }[] = await database.dataSource.query(
    'select pg_current_snapshot()::text as s0',
  );
  return { s0: row?.s0 ?? '', s1: null, lastSeq: '0' };
}

async function append(key: string): Promise<void> {
  await inTransaction(database.dataSource, (tx) => outbox.append(tx, [orderEvent({ key })]));
}

/** A transaction that has appended and is still open; call the answer to commit it. */
async function openWith(key: string): Promise<() => Promise<void>> {
  const appended = Promise.withResolvers<void>();
  const commit = Promise.withResolvers<void>();
  const work = inTransaction(database.dataSource, async (tx: EntityManager) => {
    await outbox.append(tx, [orderEvent({ key })]);
    appended.resolve();
    await commit.promise;
  });
  await appended.promise;
  return async () => {
    commit.resolve();
    await work;
  };
}

/** Everything that pages give from a cursor on, until nothing more waits. */
async function readAll(from: Cursor): Promise<{ keys: string[]; seqs: bigint[]; end: Cursor }> {
  const keys: string[] = [];
  const seqs: bigint[] = [];
  let cursor = from;
  for (;;) {
    const shards = allShards.map((shard) => ({ ...cursor, shard, epoch: '1' }));
    const { rows, next, hasMore } = await readPage(connection, shards, bounds);
    expect(rows.length).toBeLessThanOrEqual(bounds.rowsMax);
    keys.push(...rows.map(({ aggregateid }) => aggregateid));
    seqs.push(...rows.map(({ seq }) => BigInt(seq)));
    cursor = next;
    if (!hasMore) return { keys, seqs, end: cursor };
  }
}

function names(count: number, prefix: string): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}-${index}`);
}

describe('readPage', () => {
  it.each([3, 21, 200])('reads a window of %i rows once, in the order of appending', async (n) => {
    const begin = await here();
    for (const key of names(n, 'row')) await append(key);

    const { keys, end } = await readAll(begin);

    expect(keys).toEqual(names(n, 'row'));
    expect((await readAll(end)).keys).toEqual([]);
  });

  it('reads what a transaction appended before the window began, that its begin names as open', async () => {
    const commitEarly = await openWith('early');
    await append('before');
    const begin = await here();
    expect(begin.s0).not.toMatch(/:$/);
    for (const key of names(60, 'row')) await append(key);
    await commitEarly();

    const { keys } = await readAll(begin);

    expect(keys).toEqual(['early', ...names(60, 'row')]);
  });

  it('reads what a transaction appended before the window began, that its begin does not know yet', async () => {
    await append('before');
    const commitLate = await openWith('late');
    const begin = await here();
    expect(begin.s0).toMatch(/:$/);
    for (const key of names(60, 'row')) await append(key);
    await commitLate();

    const { keys } = await readAll(begin);

    expect(keys).toEqual(['late', ...names(60, 'row')]);
  });

  it('leaves what has not committed to a later window', async () => {
    const begin = await here();
    const commit = await openWith('open');
    for (const key of names(60, 'row')) await append(key);

    const first = await readAll(begin);
    await commit();
    const second = await readAll(first.end);

    expect(first.keys).toEqual(names(60, 'row'));
    expect(second.keys).toEqual(['open']);
  });

  it('opens a backlog of 200,000 rows as fast as a short one', async () => {
    const begin = await here();
    for (let round = 0; round < 200; round += 1) {
      await database.dataSource.query(
        `insert into outbox (shard, id, tenant, aggregatetype, aggregateid, type, topic, payload,
           schema_id, headers)
         select n % 64, n::text, 'demo', 'orders', n::text, 'type', 'orders.v1', ''::bytea, 1, '{}'
         from generate_series(1, 1000) n where pg_current_xact_id() is not null`,
      );
    }
    const shards = allShards.map((shard) => ({ ...begin, shard, epoch: '1' }));
    const times: number[] = [];
    for (let round = 0; round < 5; round += 1) {
      const startedMs = performance.now();
      const { rows } = await readPage(connection, shards, bounds);
      times.push(performance.now() - startedMs);
      expect(rows.map(({ aggregateid }) => aggregateid)).toEqual(['1', '2', '3', '4', '5']);
    }

    // Reading all of them took about 900 ms.
    expect(Math.min(...times)).toBeLessThan(200);
  }, 60_000);
});

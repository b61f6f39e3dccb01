import { localCodec } from '@sluice/contracts/testing';
import { inTransaction } from '@sluice/postgres';
import { type FreshDatabase, freshDatabase } from '@sluice/postgres/testing';
import fc from 'fast-check';
import type { EntityManager } from 'typeorm';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { ListPublisher, orderEvent, quickRelay } from './fixtures/outbox-fixture.ts';
import { Outbox, outboxMigrations } from './index.ts';

/** One transaction of one writer. */
interface Step {
  /** Aggregates it changes, in lock order. */
  readonly keys: readonly number[];
  readonly fate: 'commit' | 'roll back';
  /** Appends a row under a savepoint and rolls that back. */
  readonly hasDeadSavepoint: boolean;
  /** How long the transaction stays open after its appends. */
  readonly openMs: number;
}

const keyCount = 5;
const step: fc.Arbitrary<Step> = fc.record({
  keys: fc
    .uniqueArray(fc.nat(keyCount - 1), { minLength: 1, maxLength: 3 })
    .map((keys) => keys.toSorted((a, b) => a - b)),
  fate: fc.constantFrom('commit', 'commit', 'commit', 'roll back'),
  hasDeadSavepoint: fc.boolean(),
  openMs: fc.constantFrom(0, 0, 0, 2, 15),
});

const storm = fc.record({
  writers: fc.array(fc.array(step, { minLength: 10, maxLength: 30 }), {
    minLength: 3,
    maxLength: 6,
  }),
  batchMax: fc.constantFrom(1, 3, 100),
  isVersioned: fc.boolean(),
});

let database: FreshDatabase;
let outbox: Outbox;

beforeAll(async () => {
  database = await freshDatabase(inject('databaseUrl'), { migrations: outboxMigrations });
  outbox = new Outbox({ codec: await localCodec() });
  await database.dataSource.query('create table aggregate (key text primary key, version int)');
});

afterAll(() => database.close());

async function change(tx: EntityManager, key: string, isVersioned: boolean): Promise<void> {
  const [row]: { version: number }[] = await tx.query(
    'select version from aggregate where key = $1 for update',
    [key],
  );
  const version = (row?.version ?? 0) + 1;
  await tx.query('update aggregate set version = $2 where key = $1', [key, version]);
  const numbered = isVersioned ? { version: BigInt(version) } : {};
  await outbox.append(tx, [orderEvent({ key, subject: String(version), ...numbered })]);
}

async function write({ keys, fate, hasDeadSavepoint, openMs }: Step, run: Run): Promise<void> {
  const rollback = new Error('rolled back on purpose');
  const work = inTransaction(database.dataSource, async (tx) => {
    for (const key of keys) await change(tx, `${run.name}-${key}`, run.isVersioned);
    if (hasDeadSavepoint) {
      await tx.query('savepoint dead');
      await outbox.append(tx, [orderEvent({ key: `${run.name}-${keys[0]}`, subject: 'dead' })]);
      await tx.query('rollback to savepoint dead');
    }
    if (openMs > 0) await tx.query('select pg_sleep($1)', [openMs / 1_000]);
    if (fate === 'roll back') throw rollback;
  });
  await work.catch((error: unknown) => {
    if (error !== rollback) throw error;
  });
}

interface Run {
  readonly name: string;
  readonly isVersioned: boolean;
}

describe('Outbox and OutboxRelay', () => {
  it('lose nothing and keep every key in order under any mix of transactions', async () => {
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(storm, async ({ writers, batchMax, isVersioned }) => {
        const run = { name: `run${runs++}`, isVersioned };
        const keys = Array.from({ length: keyCount }, (_, key) => `${run.name}-${key}`);
        await database.dataSource.query('insert into aggregate select unnest($1::text[]), 0', [
          keys,
        ]);
        const publisher = new ListPublisher();
        const relay = quickRelay({
          dataSource: database.dataSource,
          publisher,
          batchMax,
          pollMs: 5,
        });
        relay.start();

        await Promise.all(
          writers.map(async (steps) => {
            for (const each of steps) await write(each, run);
          }),
        );
        const rows: { key: string; version: number }[] = await database.dataSource.query(
          'select key, version from aggregate where key = any($1)',
          [keys],
        );
        await publisher.reached(rows.reduce((sum, { version }) => sum + version, 0));
        await relay.stop();

        for (const { key, version } of rows) {
          const published = publisher.published.filter((message) => message.key === key);
          const subjects = published.map(({ headers }) => Number(headers['ce_subject']));
          expect(subjects).toEqual(Array.from({ length: version }, (_, i) => i + 1));
        }
      }),
      { numRuns: 8, endOnFailure: true },
    );
  }, 120_000);
});

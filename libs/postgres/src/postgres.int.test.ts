import type { QueryRunner } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import {
  afterCommit,
  createDataSource,
  inTransaction,
  pgPool,
  pingPostgres,
  PreparingClient,
  runMigrations,
} from './index.ts';
import { type FreshDatabase, SilentProxy, freshDatabase } from './testing/index.ts';

class CreateThing1700000000000 {
  readonly name = 'CreateThing1700000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('create table thing (id int primary key)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table thing');
  }
}

class CreateOther1700000000001 {
  readonly name = 'CreateOther1700000000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('create table other (id int primary key)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table other');
  }
}

let database: FreshDatabase;

beforeAll(async () => {
  database = await freshDatabase(inject('databaseUrl'), { migrations: [CreateThing1700000000000] });
});

beforeEach(() => database.dataSource.query('truncate thing'));

afterAll(() => database.close());

async function things(): Promise<number[]> {
  const rows: { id: number }[] = await database.dataSource.query(
    'select id from thing order by id',
  );
  return rows.map(({ id }) => id);
}

describe('inTransaction', () => {
  it('commits, and then runs the hooks in order', async () => {
    const seen: unknown[] = [];

    const result = await inTransaction(database.dataSource, async (tx) => {
      afterCommit(tx, () => seen.push('first'));
      afterCommit(tx, () => seen.push('second'));
      await tx.query('insert into thing values (1)');
      seen.push('work');
      return 'done';
    });

    expect([result, seen, await things()]).toEqual(['done', ['work', 'first', 'second'], [1]]);
  });

  it('rolls back and runs no hook when the work throws', async () => {
    let hooks = 0;
    const work = inTransaction(database.dataSource, async (tx) => {
      afterCommit(tx, () => (hooks += 1));
      await tx.query('insert into thing values (1)');
      throw new RangeError('mine');
    });

    await expect(work).rejects.toThrow(RangeError);
    expect([hooks, await things()]).toEqual([0, []]);
  });

  it('throws when the work swallowed the error of its last statement, and runs no hook', async () => {
    let hooks = 0;
    const work = inTransaction(database.dataSource, async (tx) => {
      afterCommit(tx, () => (hooks += 1));
      await tx.query('insert into thing values (1)');
      await tx.query('insert into thing values (1)').catch(() => undefined);
    });

    await expect(work).rejects.toThrow('Nothing was committed');
    expect([hooks, await things()]).toEqual([0, []]);
  });

  it('commits what a savepoint saved from a failed statement', async () => {
    await inTransaction(database.dataSource, async (tx) => {
      await tx.query('insert into thing values (1)');
      await tx
        .transaction((inner) => inner.query('insert into thing values (1)'))
        .catch(() => undefined);
    });

    expect(await things()).toEqual([1]);
  });

  it('throws a broken constraint as a permanent failure', async () => {
    const work = inTransaction(database.dataSource, (tx) =>
      tx.query('insert into thing values (1), (1)'),
    );

    await expect(work).rejects.toMatchObject({ code: 'POSTGRES_23505' });
  });

  it('throws a killed connection as a dependency that is down, and works again at once', async () => {
    const work = inTransaction(database.dataSource, (tx) =>
      tx.query('select pg_terminate_backend(pg_backend_pid())'),
    );

    await expect(work).rejects.toMatchObject({ code: 'DEPENDENCY_DOWN', dependency: 'postgres' });
    await inTransaction(database.dataSource, (tx) => tx.query('insert into thing values (7)'));
    expect(await things()).toEqual([7]);
  });

  it('lets one of two deadlocked transactions go on and calls the other transient', async () => {
    await database.dataSource.query('insert into thing values (1), (2)');
    const bothHold = Promise.withResolvers<void>();
    let holding = 0;
    const lockBoth = (first: number, second: number): Promise<void> =>
      inTransaction(database.dataSource, async (tx) => {
        await tx.query('select from thing where id = $1 for update', [first]);
        holding += 1;
        if (holding === 2) bothHold.resolve();
        await bothHold.promise;
        await tx.query('select from thing where id = $1 for update', [second]);
      });

    const outcomes = await Promise.allSettled([lockBoth(1, 2), lockBoth(2, 1)]);

    const reasons = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(reasons).toMatchObject([{ reason: { code: 'POSTGRES_40P01' } }]);
  });
});

describe('afterCommit', () => {
  it('says so when the transaction is not one of inTransaction', async () => {
    const isRegistered = await database.dataSource.transaction((tx) =>
      Promise.resolve(afterCommit(tx, () => undefined)),
    );

    expect(isRegistered).toBe(false);
  });
});

describe('createDataSource', () => {
  it('cancels a statement that runs too long, as a transient failure', async () => {
    const dataSource = createDataSource({
      databaseUrl: database.databaseUrl,
      applicationName: 'slow',
      statementTimeoutMs: 30,
    });
    await dataSource.initialize();

    const work = inTransaction(dataSource, (tx) => tx.query('select pg_sleep(5)'));

    await expect(work).rejects.toMatchObject({ code: 'POSTGRES_57014' });
    await dataSource.destroy();
  });

  it('prepares a statement with parameters once a connection', async () => {
    const names = await inTransaction(database.dataSource, async (tx) => {
      await tx.query('select $1::int as once', [1]);
      await tx.query('select $1::int as once', [2]);
      const rows: { name: string }[] = await tx.query(
        `select name from pg_prepared_statements where statement = 'select $1::int as once'`,
      );
      return rows.map(({ name }) => name);
    });

    expect(names).toHaveLength(1);
  });

  it('plans statements once for all values, and without parallel workers', async () => {
    const settings = ['plan_cache_mode', 'max_parallel_workers_per_gather'];
    const rows: { setting: string }[] = await database.dataSource.query(
      'select setting from pg_settings where name = any($1) order by name desc',
      [settings],
    );

    expect(rows).toEqual([{ setting: 'force_generic_plan' }, { setting: '0' }]);
  });

  it('remembers no statement longer than its plan', async () => {
    const client = new PreparingClient({ connectionString: database.databaseUrl });
    await client.connect();
    const { connection } = client as unknown as { connection: { parsedStatements: object } };
    const clock = vi.spyOn(performance, 'now').mockReturnValue(2_000);
    for (const hour of [1, 2, 3]) {
      clock.mockReturnValue(hour * 3_600_000);
      await client.query('select $1::int as hour', [hour]);
    }
    const { rows } = await client.query('select name from pg_prepared_statements');

    expect(rows).toHaveLength(1);
    expect(Object.keys(connection.parsedStatements)).toEqual([rows[0]?.name]);
    clock.mockRestore();
    await client.end();
  });

  it('prepares anew after a migration changed what a statement returns', async () => {
    const { dataSource } = database;
    const read = (): Promise<unknown[]> =>
      inTransaction(dataSource, (tx) => tx.query('select * from changing where id = $1', [1]));
    await dataSource.query('create table changing (id int)');
    await read();
    await dataSource.query(`alter table changing add note text default 'new'`);
    await dataSource.query('insert into changing values (1)');

    await expect(read()).rejects.toMatchObject({ code: 'POSTGRES_PLAN_CHANGED' });
    await expect(read()).resolves.toEqual([{ id: 1, note: 'new' }]);
  });

  it('ends a connection whose server has gone silent, and connects anew', async () => {
    const proxy = new SilentProxy(database.databaseUrl);
    await proxy.open();
    const throughProxy = createDataSource({
      databaseUrl: proxy.url(),
      applicationName: 'silent',
      poolMax: 1,
      silenceTimeoutMs: 300,
    });
    await throughProxy.initialize();
    await inTransaction(throughProxy, async (tx) => {
      await new Promise((resolve) => setTimeout(resolve, 700));
      await tx.query('insert into thing values (1)');
    });
    proxy.isSilent = true;

    const asked = inTransaction(throughProxy, (tx) => tx.query('select from thing'));
    await expect(asked).rejects.toMatchObject({ code: 'DEPENDENCY_DOWN', dependency: 'postgres' });

    proxy.isSilent = false;
    expect(await throughProxy.query('select id from thing')).toEqual([{ id: 1 }]);
    await throughProxy.destroy();
    proxy.close();
  });

  it('keeps the pool within its bound', async () => {
    const dataSource = createDataSource({
      databaseUrl: database.databaseUrl,
      applicationName: 'bounded',
      poolMax: 3,
    });
    await dataSource.initialize();

    await Promise.all(Array.from({ length: 20 }, () => pgPool(dataSource).query('select 1')));

    expect(pgPool(dataSource).totalCount).toBeLessThanOrEqual(3);
    await dataSource.destroy();
  });
});

describe('pingPostgres', () => {
  it('tells whether the database answers', async () => {
    const dead = createDataSource({
      databaseUrl: 'postgres://nobody:no@127.0.0.1:1/none',
      applicationName: 'dead',
    });

    expect([await pingPostgres(database.dataSource), await pingPostgres(dead)]).toEqual([
      true,
      false,
    ]);
  });

  it('gives up on an exhausted pool within the bound', async () => {
    const dataSource = createDataSource({
      databaseUrl: database.databaseUrl,
      applicationName: 'exhausted',
      poolMax: 2,
    });
    await dataSource.initialize();
    const pool = pgPool(dataSource);
    const clients = [await pool.connect(), await pool.connect()];

    expect(await pingPostgres(dataSource, 20)).toBe(false);
    for (const client of clients) client.release();
    await dataSource.destroy();
  });
});

describe('runMigrations', () => {
  it('applies each migration once, also from several processes at the same time', async () => {
    const options = {
      databaseUrl: database.databaseUrl,
      applicationName: 'migrate',
      migrations: [CreateThing1700000000000, CreateOther1700000000001],
    };

    const applied = await Promise.all([1, 2, 3].map(() => runMigrations(options)));

    expect(applied.flat()).toEqual(['CreateOther1700000000001']);
  });

  it('calls an unreachable database down', async () => {
    const options = {
      databaseUrl: 'postgres://nobody:no@127.0.0.1:1/none',
      applicationName: 'dead',
    };

    await expect(runMigrations(options)).rejects.toMatchObject({ code: 'DEPENDENCY_DOWN' });
  });
});

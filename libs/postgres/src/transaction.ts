import type { ClientBase } from 'pg';
import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import { classifyPostgres } from './classify-postgres.ts';

const hooks = new WeakMap<QueryRunner, (() => void)[]>();

/**
 * Runs `work` in one transaction: commits when it resolves, rolls back when it throws.
 *
 * Errors of Postgres come out as failures (`classifyPostgres`); all others unchanged. After the
 * commit the hooks given to `afterCommit` run in order. A commit whose answer is lost is thrown as
 * `DependencyDown`: it may have happened, so the work must bear a repetition. Work that swallows the
 * error of a statement is thrown as an error too, because Postgres then rolls everything back.
 */
export async function inTransaction<T>(
  dataSource: DataSource,
  work: (manager: EntityManager) => Promise<T>,
): Promise<T> {
  const runner = dataSource.createQueryRunner();
  const afterwards: (() => void)[] = [];
  hooks.set(runner, afterwards);
  let result: T;
  try {
    await runner.startTransaction();
    result = await work(runner.manager);
    await commit(runner);
  } catch (error) {
    await rollBack(runner);
    throw classifyPostgres(error) ?? error;
  } finally {
    hooks.delete(runner);
    await runner.release();
  }
  for (const hook of afterwards) hook();
  return result;
}

/**
 * Registers a hook that runs once the transaction of `manager` has committed; never on roll-back.
 *
 * @returns false when the transaction was not opened by `inTransaction`: the hook will not run.
 */
export function afterCommit(manager: EntityManager, hook: () => void): boolean {
  const runner = manager.queryRunner;
  const registered = runner === undefined ? undefined : hooks.get(runner);
  if (registered === undefined) return false;
  registered.push(hook);
  return true;
}

/**
 * To COMMIT, Postgres answers ROLLBACK and no error when a statement had failed. TypeORM drops that answer, so the
 * statement is sent under it.
 */
async function commit(runner: QueryRunner): Promise<void> {
  if (!runner.isTransactionActive) return await runner.commitTransaction();
  const client = (await runner.connect()) as ClientBase;
  const { command } = await client.query('COMMIT');
  if (command !== 'COMMIT') {
    throw new Error('Nothing was committed: the error of a statement was swallowed by the work');
  }
}

async function rollBack(runner: QueryRunner): Promise<void> {
  if (!runner.isTransactionActive || runner.isReleased) return;
  try {
    await runner.rollbackTransaction();
  } catch {
    // A connection that cannot roll back is broken; the server rolls back by itself.
  }
}

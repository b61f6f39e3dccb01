import { asFailures } from './classify-postgres.ts';
import { createDataSource, type PostgresOptions } from './data-source.ts';

// Two replicas of a service may migrate at the same moment; the lock is per schema.
const lockSql = `select pg_advisory_lock(hashtext('sluice.migrate'), hashtext(current_schema()))`;
const unlockSql = `select pg_advisory_unlock(hashtext('sluice.migrate'), hashtext(current_schema()))`;

/**
 * Applies every migration that the role's schema does not have yet, each in its transaction.
 *
 * May run at the same time from several processes: one works, the others wait and find nothing.
 * @returns the names of the migrations applied now, in order.
 */
export function runMigrations(options: PostgresOptions): Promise<readonly string[]> {
  return asFailures(async () => {
    const dataSource = createDataSource({
      ...options,
      poolMax: 2,
      statementTimeoutMs: options.statementTimeoutMs ?? 300_000,
    });
    await dataSource.initialize();
    const lock = dataSource.createQueryRunner();
    try {
      await lock.query(lockSql);
      const applied = await dataSource.runMigrations();
      return applied.map((migration) => migration.name);
    } finally {
      await lock.query(unlockSql).catch(() => undefined);
      await lock.release();
      await dataSource.destroy();
    }
  });
}

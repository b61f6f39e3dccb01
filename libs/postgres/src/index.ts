export { arrayParameter } from './array-parameters.ts';
export { createDataSource, pgPool, pingPostgres } from './data-source.ts';
export type { EntityClass, MigrationClass, PostgresOptions } from './data-source.ts';
export { asFailures, classifyPostgres, sqlStateOf } from './classify-postgres.ts';
export { afterCommit, inTransaction } from './transaction.ts';
export { runMigrations } from './migrations.ts';
export { planOnce, PreparingClient } from './preparing-client.ts';

import type { MigrationClass } from '@sluice/postgres';
import type { QueryRunner } from 'typeorm';

/** The one table of rate budgets: a row per budget, changed under its row lock only. */
class CreateRateBudget1700000000030 {
  readonly name = 'CreateRateBudget1700000000030';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table rate_budget (
        name text primary key,
        grants timestamptz[] not null default '{}',
        permit_ids text[] not null default '{}',
        permit_until timestamptz[] not null default '{}',
        blocked_until timestamptz not null default '-infinity',
        check (cardinality(permit_ids) = cardinality(permit_until))
      ) with (fillfactor = 50)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table rate_budget');
  }
}

/** Migrations of a service that uses a rate budget; listed before the service's own. */
export const rateBudgetMigrations: readonly MigrationClass[] = [CreateRateBudget1700000000030];

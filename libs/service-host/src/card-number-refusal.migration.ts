import type { MigrationClass } from '@sluice/postgres';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Table card_number_refusal: the audit of refused card numbers, which are stored nowhere. */
class CreateCardNumberRefusal1767225600040 implements MigrationInterface {
  readonly name = 'CreateCardNumberRefusal1767225600040';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table card_number_refusal (
        id text primary key,
        tenant text not null,
        door text not null,
        sender text not null,
        path text not null,
        keyed_hash text not null,
        refused_at timestamptz not null
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table card_number_refusal');
  }
}

/** The audit of refused card numbers, for services whose doors refuse them. */
export const cardNumberRefusalMigrations: readonly MigrationClass[] = [
  CreateCardNumberRefusal1767225600040,
];

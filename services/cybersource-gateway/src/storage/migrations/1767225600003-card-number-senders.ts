import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Lets the audit of refused card numbers say who sent them. */
export class CardNumberSenders1767225600003 implements MigrationInterface {
  readonly name = 'CardNumberSenders1767225600003';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      "alter table card_number_refusal add column sender text not null default ''",
    );
    await runner.query('alter table card_number_refusal alter column sender drop default');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table card_number_refusal drop column sender');
  }
}

import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Gives the audit of refused card numbers the shape that every gateway has. */
export class ShareCardNumberRefusal1767225600011 implements MigrationInterface {
  readonly name = 'ShareCardNumberRefusal1767225600011';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table card_number_refusal rename column refusal_id to id');
    await runner.query('alter table card_number_refusal rename column shop_id to sender');
    await runner.query(`
      alter table card_number_refusal
        add column door text not null default '/v1/orders',
        alter column refused_at drop default`);
    await runner.query('alter table card_number_refusal alter column door drop default');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table card_number_refusal
        drop column door,
        alter column refused_at set default now()`);
    await runner.query('alter table card_number_refusal rename column sender to shop_id');
    await runner.query('alter table card_number_refusal rename column id to refusal_id');
  }
}

import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What the hop keeps of every payment. */
export class BookingMigration1767225600100 implements MigrationInterface {
  readonly name = 'BookingMigration1767225600100';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table booking (
        tenant text not null,
        payment_id text not null,
        order_id text not null,
        amount_minor bigint not null,
        currency char(3) not null,
        events integer not null,
        updated_at timestamptz not null default now(),
        primary key (tenant, payment_id)
      ) with (fillfactor = 80)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table booking');
  }
}

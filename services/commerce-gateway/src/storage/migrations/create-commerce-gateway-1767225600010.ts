import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The tables that only commerce-gateway has. */
export class CreateCommerceGateway1767225600010 implements MigrationInterface {
  readonly name = 'CreateCommerceGateway1767225600010';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table shop_order (
        tenant text not null,
        order_id text not null,
        shop_id text not null,
        order_number text not null,
        fingerprint text not null,
        status text not null default 'received',
        status_detail text not null default '',
        content jsonb not null,
        received_at timestamptz not null default now(),
        updated_at timestamptz not null default now(),
        primary key (tenant, order_id),
        unique (tenant, shop_id, order_number)
      )`);
    await runner.query(`
      create table card_number_refusal (
        refusal_id text primary key,
        tenant text not null,
        shop_id text not null,
        path text not null,
        keyed_hash text not null,
        refused_at timestamptz not null default now()
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table card_number_refusal, shop_order');
  }
}

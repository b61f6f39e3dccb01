import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The tables that only zoho-gateway has. */
export class CreateZohoGateway1767225600030 implements MigrationInterface {
  readonly name = 'CreateZohoGateway1767225600030';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table oauth_token (
        tenant text not null,
        connection text not null,
        sealed_token bytea,
        fingerprint text,
        api_domain text,
        expires_at timestamptz,
        refreshing_until timestamptz,
        primary key (tenant, connection)
      )`);
    await runner.query(`
      create table credit_note_notice (
        tenant text not null,
        notice_key text not null,
        source text not null check (source in ('webhook', 'poll')),
        credit_note_id text not null,
        state text not null default 'waiting'
          check (state in ('waiting', 'published', 'ignored', 'failed')),
        detail text not null default '',
        attempts integer not null default 0,
        next_at timestamptz not null default now(),
        received_at timestamptz not null default now(),
        primary key (tenant, notice_key)
      )`);
    await runner.query(`
      create index credit_note_notice_due on credit_note_notice (tenant, next_at)
        where state = 'waiting'`);
    await runner.query(`
      create table credit_note_refund (
        tenant text not null,
        credit_note_id text not null,
        published_at timestamptz not null default now(),
        primary key (tenant, credit_note_id)
      )`);
    await runner.query(`
      create table back_fill (
        tenant text not null,
        source text not null,
        seen_until timestamptz not null,
        next_at timestamptz not null,
        primary key (tenant, source)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table back_fill, credit_note_refund, credit_note_notice, oauth_token');
  }
}

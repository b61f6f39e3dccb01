import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What the gateway settled, what Books holds, and where the two disagree. */
export class Reconciliation1767225600001 implements MigrationInterface {
  readonly name = 'Reconciliation1767225600001';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of tables) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'drop table reconciliation_break, settlement_report, settlement_line, books_entry, gateway_entry',
    );
  }
}

const tables = [
  `create table gateway_entry (
    tenant text not null,
    kind text not null check (kind in ('sale', 'refund')),
    reference text not null,
    payment_id text not null,
    order_id text not null,
    merchant_id text not null,
    occurred_at timestamptz not null,
    primary key (tenant, kind, reference)
  )`,
  `create table books_entry (
    tenant text not null,
    kind text not null check (kind in ('sale', 'refund')),
    reference text not null,
    payment_id text not null,
    transaction_id text not null,
    books_id text not null,
    minor bigint not null,
    currency text not null,
    booked_at timestamptz not null,
    line_id text,
    primary key (tenant, kind, reference)
  )`,
  `create table settlement_line (
    tenant text not null,
    line_id text not null,
    report_id text not null,
    transaction_id text not null,
    kind text not null,
    reference text not null,
    minor bigint not null,
    currency text not null,
    received_at timestamptz not null,
    state text not null default 'open' check (state in ('open', 'matched', 'broken')),
    primary key (tenant, line_id)
  )`,
  `create index settlement_line_waiting on settlement_line (received_at) where state <> 'matched'`,
  `create index settlement_line_reference on settlement_line (tenant, kind, reference)`,
  `create table settlement_report (
    tenant text not null,
    report_id text not null,
    merchant_id text not null,
    report_date date not null,
    line_count bigint not null,
    imported_at timestamptz not null,
    primary key (tenant, report_id)
  )`,
  `create table reconciliation_break (
    tenant text not null,
    break_id text not null,
    report_id text not null,
    kind text not null,
    line_id text,
    payment_id text,
    books_id text,
    transaction_id text,
    gateway_minor bigint,
    gateway_currency text,
    books_minor bigint,
    books_currency text,
    explanation text not null,
    detected_at timestamptz not null,
    resolved_at timestamptz,
    primary key (tenant, break_id)
  )`,
  `create index reconciliation_break_open on reconciliation_break (detected_at) where resolved_at is null`,
  `create index reconciliation_break_line on reconciliation_break (tenant, line_id)`,
];

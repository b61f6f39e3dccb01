import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What comes in through the doors: notifications, idempotency keys, refusals, settlement reports. */
export class Doors1767225600002 implements MigrationInterface {
  readonly name = 'Doors1767225600002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(createNotification);
    await runner.query(createIdempotencyKey);
    await runner.query(createCardNumberRefusal);
    await runner.query(createSettlement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'drop table settlement_line, settlement_report, card_number_refusal, idempotency_key, ' +
        'notification',
    );
  }
}

const createNotification = `
  create table notification (
    tenant text not null,
    notification_id text not null,
    organization_id text not null,
    product_id text not null,
    event_type text not null,
    transaction_id text not null,
    payment_id text,
    payload text not null,
    outcome text not null check (outcome in ('stored', 'applied', 'unchanged', 'unmapped')),
    received_at timestamptz not null,
    primary key (tenant, notification_id)
  );
  create index notification_by_payment on notification (tenant, payment_id)
    where payment_id is not null`;

const createIdempotencyKey = `
  create table idempotency_key (
    tenant text not null,
    client_id text not null,
    operation text not null,
    key text not null,
    body_hash text not null,
    subject_id text not null,
    response jsonb,
    created_at timestamptz not null default now(),
    primary key (tenant, client_id, operation, key)
  );
  create index idempotency_key_by_subject on idempotency_key (tenant, subject_id);
  create index idempotency_key_by_age on idempotency_key (created_at)`;

const createCardNumberRefusal = `
  create table card_number_refusal (
    id text primary key,
    tenant text not null,
    door text not null,
    path text not null,
    keyed_hash text not null,
    refused_at timestamptz not null
  )`;

const createSettlement = `
  create table settlement_report (
    tenant text not null,
    report_id text not null,
    merchant_id text not null,
    report_date date not null,
    line_count bigint not null,
    imported_at timestamptz not null,
    primary key (tenant, report_id)
  );
  create table settlement_line (
    tenant text not null,
    line_id text not null,
    report_id text not null,
    batch_id text not null,
    batch_date date not null,
    merchant_id text not null,
    transaction_id text not null,
    merchant_reference text not null,
    kind text not null check (kind in ('sale', 'refund')),
    amount_minor bigint not null,
    currency char(3) not null,
    primary key (tenant, line_id),
    foreign key (tenant, report_id) references settlement_report
  );
  create index settlement_line_by_report on settlement_line (tenant, report_id)`;

import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Payments with their captures and refunds. */
export class Payments1767225600001 implements MigrationInterface {
  readonly name = 'Payments1767225600001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(createPayment);
    await runner.query(createCapture);
    await runner.query(createRefund);
    await runner.query(createRefundCommand);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table refund_command, refund, capture, payment');
  }
}

const createPayment = `
  create table payment (
    tenant text not null,
    payment_id text not null,
    client_id text not null,
    order_id text not null,
    order_number text not null,
    shop_id text not null,
    merchant_id text not null,
    state text not null check (state in
      ('pending', 'in_review', 'authorized', 'captured', 'declined', 'voided', 'refunded')),
    version bigint not null,
    amount_minor bigint not null check (amount_minor > 0),
    currency char(3) not null,
    is_capture_requested boolean not null,
    transaction_id text not null,
    root_transaction_id text not null,
    vendor_status text not null,
    reason_codes text[] not null,
    email text not null,
    full_name text not null,
    card_type text not null,
    card_last4 text not null,
    reconciliation_id text not null,
    risk_score integer,
    risk_factor_codes text[] not null,
    risk_profile text not null,
    ip_address text not null,
    billing_country text not null,
    shipping_country text not null,
    refunded_minor bigint not null default 0 check (refunded_minor >= 0),
    traceparent text not null,
    effect_key text not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (tenant, payment_id)
  );
  create index payment_by_root on payment (tenant, root_transaction_id)
    where root_transaction_id <> '';
  create index payment_by_order on payment (tenant, order_id)`;

const createCapture = `
  create table capture (
    tenant text not null,
    payment_id text not null,
    transaction_id text not null,
    currency char(3) not null,
    captured_minor bigint not null check (captured_minor >= 0),
    refunded_minor bigint not null default 0 check (refunded_minor >= 0),
    is_voided boolean not null default false,
    created_at timestamptz not null default now(),
    primary key (tenant, payment_id),
    foreign key (tenant, payment_id) references payment,
    constraint capture_refunds_within_captured check (refunded_minor <= captured_minor),
    constraint capture_void_excludes_refund check (not is_voided or refunded_minor = 0)
  )`;

const createRefund = `
  create table refund (
    tenant text not null,
    refund_id text not null,
    payment_id text not null,
    amount_minor bigint not null check (amount_minor > 0),
    currency char(3) not null,
    state text not null check (state in ('reserved', 'succeeded', 'rejected')),
    effect_key text not null,
    transaction_id text not null default '',
    rejection jsonb,
    created_at timestamptz not null default now(),
    ended_at timestamptz,
    primary key (tenant, refund_id),
    foreign key (tenant, payment_id) references payment
  );
  create index refund_by_payment on refund (tenant, payment_id);
  create index refund_by_transaction on refund (tenant, transaction_id) where transaction_id <> ''`;

const createRefundCommand = `
  create table refund_command (
    tenant text not null,
    command_id text not null,
    refund_id text not null,
    effect_key text not null,
    function text not null,
    run_id text not null,
    task text not null,
    business_key text not null,
    traceparent text not null,
    completed_at timestamptz,
    primary key (tenant, command_id),
    foreign key (tenant, refund_id) references refund
  );
  create index refund_command_by_refund on refund_command (tenant, refund_id)
    where completed_at is null`;

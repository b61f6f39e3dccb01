import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What was seen of orders and payments, and the cases that were opened. */
export class History1767225600001 implements MigrationInterface {
  readonly name = 'History1767225600001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(createOrderFact);
    await runner.query(createPaymentOutcome);
    await runner.query(
      `create index payment_outcome_email on payment_outcome (tenant, email, occurred_at)
       where email <> ''`,
    );
    await runner.query(
      `create index payment_outcome_address on payment_outcome (tenant, ip_address, occurred_at)
       where ip_address <> ''`,
    );
    await runner.query('create index payment_outcome_age on payment_outcome (occurred_at)');
    await runner.query(createFraudCase);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table fraud_case, payment_outcome, order_fact');
  }
}

const createOrderFact = `
  create table order_fact (
    tenant text not null,
    order_id text not null,
    email text not null,
    pieces bigint not null,
    billing_country text not null,
    shipping_country text not null,
    is_company boolean not null,
    placed_at timestamptz not null,
    primary key (tenant, order_id)
  )`;

const createPaymentOutcome = `
  create table payment_outcome (
    tenant text not null,
    payment_id text not null,
    outcome text not null check (outcome in ('captured', 'declined', 'reviewed')),
    email text not null,
    ip_address text not null,
    occurred_at timestamptz not null,
    primary key (tenant, payment_id, outcome)
  )`;

const createFraudCase = `
  create table fraud_case (
    tenant text not null,
    payment_id text not null,
    case_id text not null,
    score smallint not null check (score between 0 and 100),
    reasons text[] not null,
    rules_version text not null,
    opened_at timestamptz not null,
    primary key (tenant, payment_id)
  )`;

import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What the topics told, arranged for people who look. */
export class Projection1767225600001 implements MigrationInterface {
  readonly name = 'Projection1767225600001';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...views, ...trouble]) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      `drop table timeline_entry, order_view, payment_view, order_reference, run_view,
        dead_letter, break_view, settlement_match, settlement_report_view, change_counter`,
    );
  }
}

const views = [
  `create table timeline_entry (
    tenant text not null,
    topic text not null,
    event_id text not null,
    seq bigint generated always as identity,
    partition int not null,
    log_offset bigint not null,
    type text not null,
    source text not null,
    key text not null,
    links text[] not null,
    happened_at timestamptz not null,
    published_at timestamptz not null,
    received_at timestamptz not null default clock_timestamp(),
    causation_id text,
    trace_id text,
    data jsonb,
    fault text,
    primary key (tenant, topic, event_id)
  )`,
  'create index timeline_entry_links on timeline_entry using gin (links)',
  'create index timeline_entry_age on timeline_entry (received_at)',
  `create table order_view (
    tenant text not null,
    order_id text not null,
    order_number text not null,
    shop_id text not null,
    customer_name text not null,
    customer_email text not null,
    minor bigint,
    currency text,
    line_count int not null,
    placed_at timestamptz not null,
    last_event_at timestamptz not null,
    last_event_type text not null,
    has_payment boolean not null default false,
    primary key (tenant, order_id)
  )`,
  'create index order_view_number on order_view (order_number text_pattern_ops)',
  'create index order_view_email on order_view (customer_email text_pattern_ops)',
  'create index order_view_name on order_view (lower(customer_name) text_pattern_ops)',
  'create index order_view_unpaid on order_view (tenant, placed_at, order_id) where not has_payment',
  `create table payment_view (
    tenant text not null,
    payment_id text not null,
    order_id text not null,
    order_number text not null,
    shop_id text not null,
    step text not null,
    step_at timestamptz not null,
    step_rank int not null,
    minor bigint,
    currency text not null,
    refunded_minor bigint not null default 0,
    transaction_id text not null,
    customer_name text not null,
    customer_email text not null,
    card_brand text not null,
    card_last4 text not null,
    reason text not null,
    first_at timestamptz not null,
    last_event_at timestamptz not null,
    last_event_type text not null,
    state text not null generated always as (case
      when step = 'refunded' and refunded_minor < minor then 'partially_refunded'
      else step end) stored,
    primary key (tenant, payment_id)
  )`,
  'create index payment_view_newest on payment_view (tenant, first_at, payment_id)',
  'create index payment_view_state on payment_view (tenant, state, first_at, payment_id)',
  'create index payment_view_order on payment_view (tenant, order_id)',
  'create index payment_view_number on payment_view (order_number text_pattern_ops)',
  'create index payment_view_email on payment_view (customer_email text_pattern_ops)',
  'create index payment_view_name on payment_view (lower(customer_name) text_pattern_ops)',
  `create table order_reference (
    tenant text not null,
    order_id text not null,
    kind text not null,
    value text not null,
    told_at timestamptz not null,
    primary key (tenant, order_id, kind, value)
  )`,
  'create index order_reference_value on order_reference (value text_pattern_ops)',
  `create table run_view (
    tenant text not null,
    run_id text not null,
    order_id text not null,
    flow text not null,
    flow_version text not null,
    phase text not null,
    task text,
    task_status text,
    detail text not null,
    started_at timestamptz not null,
    changed_at timestamptz not null,
    log_offset bigint not null,
    primary key (tenant, run_id)
  )`,
  'create index run_view_order on run_view (tenant, order_id)',
];

const trouble = [
  `create table dead_letter (
    tenant text not null,
    topic text not null,
    original_topic text not null,
    original_partition int not null,
    original_offset bigint not null,
    consumer_group text not null,
    partition int not null,
    log_offset bigint not null,
    code text not null,
    message text not null,
    error_name text not null,
    attempts int not null,
    event_id text,
    type text,
    key text not null,
    links text[] not null,
    trace_id text,
    preview text not null,
    payload_bytes int not null,
    times int not null default 1,
    first_at timestamptz not null,
    last_at timestamptz not null,
    primary key (tenant, consumer_group, original_topic, original_partition, original_offset)
  )`,
  'create index dead_letter_newest on dead_letter (tenant, last_at, topic, partition, log_offset)',
  'create index dead_letter_links on dead_letter using gin (links)',
  `create table break_view (
    tenant text not null,
    break_id text not null,
    report_id text not null,
    kind text not null,
    line_id text,
    payment_id text,
    order_id text,
    books_id text,
    transaction_id text,
    gateway_minor bigint,
    gateway_currency text,
    books_minor bigint,
    books_currency text,
    explanation text not null,
    detected_at timestamptz not null,
    primary key (tenant, break_id)
  )`,
  'create index break_view_newest on break_view (tenant, detected_at, break_id)',
  `create table settlement_match (
    tenant text not null,
    line_id text not null,
    report_id text not null,
    matched_at timestamptz not null,
    primary key (tenant, line_id)
  )`,
  'create index settlement_match_report on settlement_match (tenant, report_id)',
  `create table settlement_report_view (
    tenant text not null,
    report_id text not null,
    merchant_id text not null,
    report_date text not null,
    line_count bigint not null,
    imported_at timestamptz not null,
    primary key (tenant, report_id)
  )`,
  `create table change_counter (
    area text primary key,
    version bigint not null,
    changed_at timestamptz not null
  )`,
  `insert into change_counter (area, version, changed_at)
   values ('payments', 0, now()), ('dead-letters', 0, now()), ('breaks', 0, now())`,
];

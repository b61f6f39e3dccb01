/** Statements that write the projection; each takes the rows of one batch as JSON. */

export const insertEntries = `
  insert into timeline_entry (tenant, topic, event_id, partition, log_offset, type, source, key,
    links, happened_at, published_at, causation_id, trace_id, data, fault)
  select r.tenant, r.topic, r.event_id, r.partition, r.log_offset, r.type, r.source, r.key,
    array(select jsonb_array_elements_text(r.links)), r.happened_at, r.published_at,
    r.causation_id, r.trace_id, r.data, r.fault
  from jsonb_to_recordset($1::jsonb) as r (tenant text, topic text, event_id text, partition int,
    log_offset bigint, type text, source text, key text, links jsonb, happened_at timestamptz,
    published_at timestamptz, causation_id text, trace_id text, data jsonb, fault text)
  on conflict do nothing returning topic, event_id`;

// The vendor's word and the canonical event tell of one step in either order; the later step stays.
export const upsertPayments = `
  insert into payment_view as p (tenant, payment_id, order_id, order_number, shop_id, step, step_at,
    step_rank, minor, currency, refunded_minor, transaction_id, customer_name, customer_email,
    card_brand, card_last4, reason, first_at, last_event_at, last_event_type)
  select r.tenant, r.payment_id, r.order_id, r.order_number, r.shop_id, r.step, r.step_at,
    r.step_rank, r.minor, r.currency, r.refunded_minor, r.transaction_id, r.customer_name,
    r.customer_email, r.card_brand, r.card_last4, r.reason, r.last_event_at, r.last_event_at,
    r.last_event_type
  from jsonb_to_recordset($1::jsonb) as r (tenant text, payment_id text, order_id text,
    order_number text, shop_id text, step text, step_at timestamptz, step_rank int, minor bigint,
    currency text, refunded_minor bigint, transaction_id text, customer_name text,
    customer_email text, card_brand text, card_last4 text, reason text,
    last_event_at timestamptz, last_event_type text)
  order by r.tenant, r.payment_id
  on conflict (tenant, payment_id) do update set
    step = case when (excluded.step_at, excluded.step_rank) >= (p.step_at, p.step_rank)
      then excluded.step else p.step end,
    reason = case when (excluded.step_at, excluded.step_rank) < (p.step_at, p.step_rank)
      or (excluded.reason = '' and excluded.step = p.step) then p.reason else excluded.reason end,
    minor = case when p.minor is null or (excluded.step_at, excluded.step_rank) >= (p.step_at, p.step_rank)
      then coalesce(excluded.minor, p.minor) else p.minor end,
    step_at = greatest(p.step_at, excluded.step_at),
    step_rank = case when excluded.step_at > p.step_at then excluded.step_rank
      when excluded.step_at = p.step_at then greatest(p.step_rank, excluded.step_rank)
      else p.step_rank end,
    refunded_minor = greatest(p.refunded_minor, excluded.refunded_minor),
    order_number = coalesce(nullif(excluded.order_number, ''), p.order_number),
    transaction_id = coalesce(nullif(excluded.transaction_id, ''), p.transaction_id),
    customer_name = coalesce(nullif(excluded.customer_name, ''), p.customer_name),
    customer_email = coalesce(nullif(excluded.customer_email, ''), p.customer_email),
    card_brand = coalesce(nullif(excluded.card_brand, ''), p.card_brand),
    card_last4 = coalesce(nullif(excluded.card_last4, ''), p.card_last4),
    first_at = least(p.first_at, excluded.first_at),
    last_event_type = case when excluded.last_event_at >= p.last_event_at
      then excluded.last_event_type else p.last_event_type end,
    last_event_at = greatest(p.last_event_at, excluded.last_event_at)`;

export const upsertOrders = `
  insert into order_view as o (tenant, order_id, order_number, shop_id, customer_name,
    customer_email, minor, currency, line_count, placed_at, last_event_at, last_event_type)
  select r.tenant, r.order_id, r.order_number, r.shop_id, r.customer_name, r.customer_email,
    r.minor, r.currency, r.line_count, r.placed_at, r.last_event_at, r.last_event_type
  from jsonb_to_recordset($1::jsonb) as r (tenant text, order_id text, order_number text,
    shop_id text, customer_name text, customer_email text, minor bigint, currency text,
    line_count int, placed_at timestamptz, last_event_at timestamptz, last_event_type text)
  order by r.tenant, r.order_id
  on conflict (tenant, order_id) do update set
    minor = coalesce(excluded.minor, o.minor),
    placed_at = least(o.placed_at, excluded.placed_at),
    last_event_type = case when excluded.last_event_at >= o.last_event_at
      then excluded.last_event_type else o.last_event_type end,
    last_event_at = greatest(o.last_event_at, excluded.last_event_at)`;

export const markPaidOrders = `
  update order_view o set has_payment = true
  from jsonb_to_recordset($1::jsonb) as r (tenant text, order_id text)
  where o.tenant = r.tenant and o.order_id = r.order_id and not o.has_payment
    and exists (select 1 from payment_view p
      where p.tenant = o.tenant and p.order_id = o.order_id)`;

export const insertReferences = `
  insert into order_reference (tenant, order_id, kind, value, told_at)
  select r.tenant, r.order_id, r.kind, r.value, r.told_at
  from jsonb_to_recordset($1::jsonb) as r (tenant text, order_id text, kind text, value text,
    told_at timestamptz)
  order by r.tenant, r.order_id, r.kind, r.value
  on conflict do nothing`;

export const upsertRuns = `
  insert into run_view as v (tenant, run_id, order_id, flow, flow_version, phase, task,
    task_status, detail, started_at, changed_at, log_offset)
  select r.tenant, r.run_id, r.order_id, r.flow, r.flow_version, coalesce(r.phase, 'started'),
    r.task, r.task_status, r.detail, r.changed_at, r.changed_at, r.log_offset
  from jsonb_to_recordset($1::jsonb) as r (tenant text, run_id text, order_id text, flow text,
    flow_version text, phase text, task text, task_status text, detail text,
    changed_at timestamptz, log_offset bigint)
  order by r.tenant, r.run_id
  on conflict (tenant, run_id) do update set
    phase = case when excluded.task is null then excluded.phase else v.phase end,
    task = coalesce(excluded.task, v.task),
    task_status = case when excluded.task is null then v.task_status else excluded.task_status end,
    detail = excluded.detail, changed_at = excluded.changed_at, log_offset = excluded.log_offset
    where excluded.log_offset > v.log_offset`;

export const insertBreaks = `
  insert into break_view (tenant, break_id, report_id, kind, line_id, payment_id, order_id,
    books_id, transaction_id, gateway_minor, gateway_currency, books_minor, books_currency,
    explanation, detected_at)
  select r.* from jsonb_to_recordset($1::jsonb) as r (tenant text, break_id text, report_id text,
    kind text, line_id text, payment_id text, order_id text, books_id text, transaction_id text,
    gateway_minor bigint, gateway_currency text, books_minor bigint, books_currency text,
    explanation text, detected_at timestamptz)
  on conflict do nothing`;

export const insertMatches = `
  insert into settlement_match (tenant, line_id, report_id, matched_at)
  select r.* from jsonb_to_recordset($1::jsonb) as r (tenant text, line_id text, report_id text,
    matched_at timestamptz)
  on conflict do nothing`;

export const upsertReports = `
  insert into settlement_report_view as v (tenant, report_id, merchant_id, report_date, line_count,
    imported_at)
  select r.* from jsonb_to_recordset($1::jsonb) as r (tenant text, report_id text,
    merchant_id text, report_date text, line_count bigint, imported_at timestamptz)
  on conflict (tenant, report_id) do update set line_count = excluded.line_count,
    imported_at = excluded.imported_at where v.imported_at <= excluded.imported_at`;

export const bumpCounters = `
  update change_counter set version = version + 1, changed_at = clock_timestamp()
  where area = any($1::text[])`;

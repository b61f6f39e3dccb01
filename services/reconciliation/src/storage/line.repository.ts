import { Injectable } from '@nestjs/common';
import type { SettlementLineReported, SettlementReportImported } from '@sluice/contracts';
import type { EventRecord } from '@sluice/messaging';
import type { EntityManager } from 'typeorm';

/** A line that is not matched, with its Books entry where there is one. */
export interface CandidateRow {
  readonly tenant: string;
  readonly line_id: string;
  readonly report_id: string;
  readonly transaction_id: string;
  readonly minor: string;
  readonly currency: string;
  readonly state: 'open' | 'broken';
  readonly is_grace_over: boolean;
  readonly books_id: string | null;
  readonly books_minor: string | null;
  readonly books_currency: string | null;
  readonly payment_id: string | null;
  readonly order_id: string | null;
}

/** A Books entry that no report holds. */
export interface UnsettledRow {
  readonly tenant: string;
  readonly reference: string;
  readonly kind: string;
  readonly report_id: string;
  readonly books_id: string;
  readonly minor: string;
  readonly currency: string;
  readonly payment_id: string;
  readonly order_id: string;
  readonly transaction_id: string;
}

const insertLines = `
  insert into settlement_line (tenant, line_id, report_id, transaction_id, kind, reference, minor,
    currency, received_at)
  select tenant, line_id, report_id, transaction_id, kind, reference, minor, currency, $9
  from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[],
    $8::text[]) as l (tenant, line_id, report_id, transaction_id, kind, reference, minor, currency)
  on conflict do nothing`;

const upsertReports = `
  insert into settlement_report (tenant, report_id, merchant_id, report_date, line_count, imported_at)
  select distinct on (tenant, report_id) tenant, report_id, merchant_id, report_date::date,
    line_count, to_timestamp(imported_at / 1000000.0)
  from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[])
    as r (tenant, report_id, merchant_id, report_date, line_count, imported_at)
  order by tenant, report_id, imported_at desc
  on conflict (tenant, report_id) do update
    set line_count = excluded.line_count, imported_at = excluded.imported_at
    where settlement_report.imported_at < excluded.imported_at`;

// A broken line is looked at again only when Books has moved: its entry came, or came right.
const candidates = `
  select l.tenant, l.line_id, l.report_id, l.transaction_id, l.minor, l.currency, l.state,
    (l.received_at <= $1) as is_grace_over, b.books_id, b.minor as books_minor,
    b.currency as books_currency, coalesce(b.payment_id, g.payment_id) as payment_id, g.order_id
  from settlement_line l
  left join books_entry b on b.tenant = l.tenant and b.kind = l.kind and b.reference = l.reference
    and b.line_id is null
  left join gateway_entry g on g.tenant = l.tenant and g.kind = l.kind and g.reference = l.reference
  where (l.state = 'open' and (b.books_id is not null or l.received_at <= $1))
    or (l.state = 'broken' and b.minor = l.minor and b.currency = l.currency)
  order by l.received_at limit $2 for update of l skip locked`;

// Each Books entry answers for one line: a second settlement of the same payment finds none.
const claimEntries = `
  update books_entry b set line_id = c.line_id
  from unnest($1::text[], $2::text[], $3::text[]) as c (tenant, books_id, line_id)
  where b.tenant = c.tenant and b.books_id = c.books_id and b.line_id is null
  returning b.line_id`;

const setStates = `
  update settlement_line l set state = s.state
  from unnest($1::text[], $2::text[], $3::text[]) as s (tenant, line_id, state)
  where l.tenant = s.tenant and l.line_id = s.line_id`;

const unsettled = `
  select b.tenant, b.reference, b.kind, r.report_id, b.books_id, b.minor, b.currency, b.payment_id,
    g.order_id, b.transaction_id
  from books_entry b
  join gateway_entry g on g.tenant = b.tenant and g.kind = b.kind and g.reference = b.reference
  join settlement_report r on r.tenant = b.tenant and r.merchant_id = g.merchant_id
    and g.occurred_at >= r.report_date - interval '1 day' and g.occurred_at < r.report_date
    and r.imported_at >= g.occurred_at + make_interval(hours => $1)
  where not exists (select 1 from settlement_line l
      where l.tenant = b.tenant and l.kind = b.kind and l.reference = b.reference)
    and not exists (select 1 from reconciliation_break k
      where k.tenant = b.tenant and k.books_id = b.books_id and k.kind = 'missing_at_gateway')
  order by g.occurred_at limit $2`;

/** Settlement lines and reports. One statement per batch. */
@Injectable()
export class LineRepository {
  async addLines(
    tx: EntityManager,
    events: readonly EventRecord<'sluice.settlements.v1.SettlementLineReported'>[],
    receivedAt: Date,
  ): Promise<void> {
    if (events.length === 0) return;
    const column = <T>(pick: (data: SettlementLineReported) => T): T[] =>
      events.map((event) => pick(event.data));
    await tx.query(insertLines, [
      events.map((event) => event.tenant),
      column((data) => data.lineId),
      column((data) => data.reportId),
      column((data) => data.transactionId),
      column((data) => data.kind),
      column((data) => data.merchantReference),
      column((data) => data.amount.minor.toString()),
      column((data) => data.amount.currency),
      receivedAt,
    ]);
  }

  async addReports(
    tx: EntityManager,
    events: readonly EventRecord<'sluice.settlements.v1.SettlementReportImported'>[],
  ): Promise<void> {
    if (events.length === 0) return;
    const column = <T>(pick: (data: SettlementReportImported) => T): T[] =>
      events.map((event) => pick(event.data));
    await tx.query(upsertReports, [
      events.map((event) => event.tenant),
      column((data) => data.reportId),
      column((data) => data.merchantId),
      column((data) => data.reportDate),
      column((data) => data.lineCount.toString()),
      column((data) => data.importedAt.toString()),
    ]);
  }

  /** Locks lines that can be decided: an entry is there, or the grace ended before `graceStart`. */
  async candidates(
    tx: EntityManager,
    graceStart: Date,
    limit: number,
  ): Promise<readonly CandidateRow[]> {
    return await tx.query(candidates, [graceStart, limit]);
  }

  /** Ties Books entries to the lines that match them; returns the lines that got theirs. */
  async claimEntries(
    tx: EntityManager,
    rows: readonly { tenant: string; booksId: string; lineId: string }[],
  ): Promise<ReadonlySet<string>> {
    if (rows.length === 0) return new Set();
    const [claimed]: [{ line_id: string }[], number] = await tx.query(claimEntries, [
      rows.map((row) => row.tenant),
      rows.map((row) => row.booksId),
      rows.map((row) => row.lineId),
    ]);
    return new Set(claimed.map((row) => row.line_id));
  }

  async setStates(
    tx: EntityManager,
    rows: readonly { tenant: string; lineId: string; state: 'matched' | 'broken' }[],
  ): Promise<void> {
    if (rows.length === 0) return;
    await tx.query(setStates, [
      rows.map((row) => row.tenant),
      rows.map((row) => row.lineId),
      rows.map((row) => row.state),
    ]);
  }

  /** Books entries of a reported day that a report taken `graceHours` later does not hold. */
  async unsettled(
    tx: EntityManager,
    graceHours: number,
    limit: number,
  ): Promise<readonly UnsettledRow[]> {
    return await tx.query(unsettled, [graceHours, limit]);
  }
}

import { Injectable } from '@nestjs/common';
import { asFailures } from '@sluice/postgres';
import { DataSource } from 'typeorm';
import { type Cursor, pageOf } from '../domain/cursor.ts';
import { moneyView } from '../domain/money-view.ts';
import type { BreakView, PageView, ReportView } from '../views.ts';

// A match that came after the break resolved it.
const resolvedAt = `(select m.matched_at from settlement_match m
  where m.tenant = b.tenant and m.line_id = b.line_id and m.matched_at > b.detected_at)`;

const pageSql = `
  select b.break_id as "breakId", b.report_id as "reportId", b.kind, b.line_id as "lineId",
    b.payment_id as "paymentId", b.order_id as "orderId", b.books_id as "booksId",
    b.transaction_id as "transactionId", b.gateway_minor as "gatewayMinor",
    b.gateway_currency as "gatewayCurrency", b.books_minor as "booksMinor",
    b.books_currency as "booksCurrency", b.explanation, b.detected_at as "detectedAt",
    ${resolvedAt} as "resolvedAt", b.detected_at::text as "cursorAt"
  from break_view b
  where b.tenant = $1 and ($2 or ${resolvedAt} is null)
    and ($3::timestamptz is null or (b.detected_at, b.break_id) < ($3, $4))
  order by b.detected_at desc, b.break_id desc limit $5`;

const reportsSql = `
  select r.report_id as "reportId", r.merchant_id as "merchantId", r.report_date as "reportDate",
    r.line_count::int as "lineCount", r.imported_at as "importedAt",
    (select count(*)::int from settlement_match m
      where m.tenant = r.tenant and m.report_id = r.report_id) as "matchedCount",
    (select count(*)::int from break_view b where b.tenant = r.tenant
      and b.report_id = r.report_id and ${resolvedAt} is null) as "openBreaks"
  from settlement_report_view r where r.tenant = $1
  order by r.report_date desc, r.report_id limit 31`;

interface BreakRow extends Omit<BreakView, 'gatewayAmount' | 'booksAmount'> {
  readonly gatewayMinor: string | null;
  readonly gatewayCurrency: string | null;
  readonly booksMinor: string | null;
  readonly booksCurrency: string | null;
  readonly cursorAt: string;
}

/** Breaks and reports, as reconciliation told of them. */
@Injectable()
export class BreakRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Newest first. */
  async page(
    tenant: string,
    query: { readonly withResolved: boolean; readonly cursor?: Cursor; readonly limit: number },
  ): Promise<PageView<BreakView>> {
    const { withResolved, cursor, limit } = query;
    const given = [tenant, withResolved, cursor?.at ?? null, cursor?.id ?? null, limit + 1];
    const rows = await asFailures(() => this.dataSource.query<BreakRow[]>(pageSql, given));
    return pageOf(rows, limit, { of: viewOf, id: (row) => row.breakId });
  }

  /** The reports of the last month, newest first. */
  async reports(tenant: string): Promise<readonly ReportView[]> {
    return await asFailures(() => this.dataSource.query<ReportView[]>(reportsSql, [tenant]));
  }
}

function viewOf(row: BreakRow): BreakView {
  const { breakId, reportId, kind, lineId, paymentId, orderId, booksId, transactionId } = row;
  const { explanation, detectedAt, resolvedAt } = row;
  return {
    breakId,
    reportId,
    kind,
    lineId,
    paymentId,
    orderId,
    booksId,
    transactionId,
    gatewayAmount: moneyView(row.gatewayMinor, row.gatewayCurrency),
    booksAmount: moneyView(row.booksMinor, row.booksCurrency),
    explanation,
    detectedAt,
    resolvedAt,
  };
}

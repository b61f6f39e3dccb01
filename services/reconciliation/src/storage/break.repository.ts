import { Injectable } from '@nestjs/common';
import type { BreakDetected } from '@sluice/contracts';
import type { EventRecord } from '@sluice/messaging';
import type { EntityManager } from 'typeorm';

type BreakEvent = EventRecord<'sluice.reconciliation.v1.BreakDetected'>;

/** A break as people read it; amounts are minor units as text. */
export interface BreakView {
  readonly breakId: string;
  readonly reportId: string;
  readonly kind: string;
  readonly lineId: string | null;
  readonly paymentId: string | null;
  readonly booksId: string | null;
  readonly transactionId: string | null;
  readonly gatewayAmount: { readonly minor: string; readonly currency: string } | null;
  readonly booksAmount: { readonly minor: string; readonly currency: string } | null;
  readonly explanation: string;
  readonly detectedAt: Date;
  readonly resolvedAt: Date | null;
}

const insertBreaks = `
  insert into reconciliation_break (tenant, break_id, report_id, kind, line_id, payment_id, books_id,
    transaction_id, gateway_minor, gateway_currency, books_minor, books_currency, explanation, detected_at)
  select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[],
    $7::text[], $8::text[], $9::bigint[], $10::text[], $11::bigint[], $12::text[], $13::text[],
    $14::timestamptz[])
  on conflict do nothing returning break_id`;

const resolveBreaks = `
  update reconciliation_break k set resolved_at = $3
  from unnest($1::text[], $2::text[]) as r (tenant, line_id)
  where k.tenant = r.tenant and k.line_id = r.line_id and k.resolved_at is null`;

// A late line for an entry that was called missing at the gateway.
const resolveUnsettled = `
  update reconciliation_break k set resolved_at = $1
  where k.kind = 'missing_at_gateway' and k.resolved_at is null and exists (
    select 1 from books_entry b join settlement_line l
      on l.tenant = b.tenant and l.kind = b.kind and l.reference = b.reference
    where b.tenant = k.tenant and b.books_id = k.books_id)`;

const listBreaks = `
  select break_id as "breakId", report_id as "reportId", kind, line_id as "lineId",
    payment_id as "paymentId", books_id as "booksId", transaction_id as "transactionId",
    case when gateway_minor is null then null
      else json_build_object('minor', gateway_minor::text, 'currency', gateway_currency) end as "gatewayAmount",
    case when books_minor is null then null
      else json_build_object('minor', books_minor::text, 'currency', books_currency) end as "booksAmount",
    explanation, detected_at as "detectedAt", resolved_at as "resolvedAt"
  from reconciliation_break where tenant = $1 and ($2 or resolved_at is null)
  order by detected_at desc, break_id limit $3`;

/** Disagreements between gateway and Books. */
@Injectable()
export class BreakRepository {
  /** Keeps the breaks that are new, and returns those. */
  async add(tx: EntityManager, events: readonly BreakEvent[]): Promise<readonly BreakEvent[]> {
    if (events.length === 0) return [];
    const column = <T>(pick: (data: BreakDetected) => T): T[] =>
      events.map((event) => pick(event.data));
    const rows: { break_id: string }[] = await tx.query(insertBreaks, [
      events.map((event) => event.tenant),
      column((data) => data.breakId),
      column((data) => data.reportId),
      column((data) => data.kind),
      column((data) => data.lineId),
      column((data) => data.paymentId),
      column((data) => data.booksId),
      column((data) => data.transactionId),
      column((data) => data.gatewayAmount?.minor.toString() ?? null),
      column((data) => data.gatewayAmount?.currency ?? null),
      column((data) => data.booksAmount?.minor.toString() ?? null),
      column((data) => data.booksAmount?.currency ?? null),
      column((data) => data.explanation),
      column((data) => new Date(Number(data.detectedAt / 1000n))),
    ]);
    const added = new Set(rows.map((row) => row.break_id));
    return events.filter((event) => added.has(event.data.breakId));
  }

  /** Closes the open breaks of lines that match now. */
  async resolve(
    tx: EntityManager,
    lines: readonly { tenant: string; lineId: string }[],
    resolvedAt: Date,
  ): Promise<void> {
    if (lines.length === 0) return;
    await tx.query(resolveBreaks, [
      lines.map((line) => line.tenant),
      lines.map((line) => line.lineId),
      resolvedAt,
    ]);
  }

  /** Closes breaks of entries whose line came after all. */
  async resolveUnsettled(tx: EntityManager, resolvedAt: Date): Promise<void> {
    await tx.query(resolveUnsettled, [resolvedAt]);
  }

  /** Newest first; open ones only, unless `withResolved`. */
  async list(
    tx: EntityManager,
    filter: { tenant: string; withResolved: boolean; limit: number },
  ): Promise<readonly BreakView[]> {
    return await tx.query(listBreaks, [filter.tenant, filter.withResolved, filter.limit]);
  }
}

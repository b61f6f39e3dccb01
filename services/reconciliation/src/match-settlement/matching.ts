import { Injectable } from '@nestjs/common';
import { Clock, deriveId } from '@sluice/clock';
import type { Money } from '@sluice/contracts';
import type { EventRecord } from '@sluice/messaging';
import { Outbox } from '@sluice/outbox';
import type { EntityManager } from 'typeorm';
import { ReconciliationSettings } from '../config.ts';
import { matchLine, missingAtGateway } from '../domain/match-line.ts';
import type { Verdict } from '../domain/match-line.ts';
import { BreakRepository } from '../storage/break.repository.ts';
import { LineRepository } from '../storage/line.repository.ts';
import type { CandidateRow, UnsettledRow } from '../storage/line.repository.ts';

type MatchEvent = EventRecord<'sluice.reconciliation.v1.SettlementLineMatched'>;
type BreakEvent = EventRecord<'sluice.reconciliation.v1.BreakDetected'>;

const batchMax = 500;
const source = 'reconciliation';

/** Decides waiting lines in batches: states, breaks and events in one transaction. */
@Injectable()
export class Matching {
  constructor(
    private readonly lines: LineRepository,
    private readonly breaks: BreakRepository,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
    private readonly settings: ReconciliationSettings,
  ) {}

  /**
   * Decides what can be decided now, at most 500 lines; returns how many were decided.
   * Running it again, or in two replicas at once, decides nothing twice.
   */
  async decideLines(tx: EntityManager): Promise<number> {
    const now = this.clock.now();
    const graceStart = new Date(now.getTime() - this.settings.matchGraceMs);
    const candidates = await this.lines.candidates(tx, graceStart, batchMax);
    const decided = candidates.map((row) => ({ row, verdict: verdictOf(row) }));
    const matches = decided.flatMap(({ row, verdict }) =>
      verdict.kind === 'matched' ? [this.#matched(row, verdict.booksId)] : [],
    );
    const claimed = await this.lines.claimEntries(tx, matches.map(claimOf));
    const matched = matches.filter((event) => claimed.has(event.data.lineId));
    const broken = decided.flatMap(({ row, verdict }) =>
      verdict.kind === 'broken' ? [this.#broken(row, verdict)] : [],
    );
    await this.lines.setStates(tx, [
      ...matched.map((event) => stateOf(event, 'matched')),
      ...broken.map((event) => stateOf(event, 'broken')),
    ]);
    await this.breaks.resolve(
      tx,
      matched.map((event) => stateOf(event, 'matched')),
      now,
    );
    const newBreaks = await this.breaks.add(tx, broken);
    await this.outbox.append(tx, [...matched, ...newBreaks]);
    return matched.length + broken.length;
  }

  /** Finds Books entries that the reports of their day do not hold, at most 500. */
  async decideUnsettled(tx: EntityManager): Promise<void> {
    await this.breaks.resolveUnsettled(tx, this.clock.now());
    const rows = await this.lines.unsettled(tx, this.settings.gatewayGraceHours, batchMax);
    const newBreaks = await this.breaks.add(
      tx,
      rows.map((row) => this.#unsettled(row)),
    );
    await this.outbox.append(tx, newBreaks);
  }

  #matched(row: CandidateRow, booksId: string): MatchEvent {
    const matchedAt = this.clock.nowMicros();
    return {
      id: deriveId('settlement-line-matched', row.tenant, row.line_id),
      type: 'sluice.reconciliation.v1.SettlementLineMatched',
      source,
      tenant: row.tenant,
      key: row.line_id,
      time: matchedAt,
      ...(row.order_id === null ? {} : { correlationId: row.order_id }),
      data: {
        lineId: row.line_id,
        reportId: row.report_id,
        paymentId: row.payment_id ?? '',
        booksId,
        amount: amountOf(row),
        matchedAt,
      },
    };
  }

  #broken(row: CandidateRow, verdict: Extract<Verdict, { kind: 'broken' }>): BreakEvent {
    return this.#breakEvent(row.tenant, row.order_id, {
      breakId: deriveId('break', row.tenant, row.line_id, verdict.breakKind),
      reportId: row.report_id,
      kind: verdict.breakKind,
      lineId: row.line_id,
      paymentId: row.payment_id,
      booksId: row.books_id,
      transactionId: row.transaction_id,
      gatewayAmount: amountOf(row),
      booksAmount: booksAmountOf(row),
      explanation: verdict.explanation,
    });
  }

  #unsettled(row: UnsettledRow): BreakEvent {
    const amount = amountOf(row);
    return this.#breakEvent(row.tenant, row.order_id, {
      breakId: deriveId('break', row.tenant, row.kind, row.reference, 'missing_at_gateway'),
      reportId: row.report_id,
      kind: 'missing_at_gateway',
      lineId: null,
      paymentId: row.payment_id,
      booksId: row.books_id,
      transactionId: row.transaction_id,
      gatewayAmount: null,
      booksAmount: amount,
      explanation: missingAtGateway({ booksId: row.books_id, amount }),
    });
  }

  #breakEvent(
    tenant: string,
    orderId: string | null,
    data: Omit<BreakEvent['data'], 'detectedAt'>,
  ): BreakEvent {
    const detectedAt = this.clock.nowMicros();
    return {
      id: deriveId('break-detected', tenant, data.breakId),
      type: 'sluice.reconciliation.v1.BreakDetected',
      source,
      tenant,
      key: data.breakId,
      time: detectedAt,
      ...(orderId === null ? {} : { correlationId: orderId }),
      data: { ...data, detectedAt },
    };
  }
}

function verdictOf(row: CandidateRow): Verdict {
  const amount = booksAmountOf(row);
  const entry =
    row.books_id === null || amount === null ? undefined : { booksId: row.books_id, amount };
  const line = {
    lineId: row.line_id,
    reportId: row.report_id,
    transactionId: row.transaction_id,
    amount: amountOf(row),
  };
  return matchLine(line, entry, row.is_grace_over);
}

function amountOf(row: { readonly minor: string; readonly currency: string }): Money {
  return { minor: BigInt(row.minor), currency: row.currency };
}

function booksAmountOf(row: CandidateRow): Money | null {
  if (row.books_minor === null || row.books_currency === null) return null;
  return { minor: BigInt(row.books_minor), currency: row.books_currency };
}

function claimOf(event: MatchEvent): { tenant: string; booksId: string; lineId: string } {
  return { tenant: event.tenant, booksId: event.data.booksId, lineId: event.data.lineId };
}

function stateOf<S extends 'matched' | 'broken'>(
  event: MatchEvent | BreakEvent,
  state: S,
): { tenant: string; lineId: string; state: S } {
  return { tenant: event.tenant, lineId: event.data.lineId ?? '', state };
}

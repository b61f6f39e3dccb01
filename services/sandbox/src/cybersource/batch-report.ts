import { allTransactions, type CybersourceContext } from './context.ts';
import { decimalOf } from './amounts.ts';
import type { PlantedLine, Transaction } from './records.ts';

/** One line of the Payment Batch Detail report. */
export interface ReportLine {
  readonly requestId: string;
  readonly merchantReference: string;
  readonly currency: string;
  /** Decimal text; negative for refunds. */
  readonly amount: string;
  readonly transactionType: 'ics_bill' | 'ics_credit';
}

const columns =
  'batch_id,merchant_id,batch_date,request_id,merchant_ref_number,trans_ref_no,payment_method,' +
  'currency,amount,transaction_type';
const dayMs = 24 * 60 * 60 * 1000;

/**
 * The classic CSV of a day's batch. `reportDate` is the end date, as Cybersource has it: the
 * transactions of day D are in the report of D+1. Days are UTC.
 */
export function batchReport(context: CybersourceContext, reportDate: string): string {
  const end = new Date(`${reportDate}T00:00:00Z`);
  const day = new Date(end.getTime() - dayMs).toISOString().slice(0, 10);
  const lines = linesOf(context, day);
  const batchId = day.replaceAll('-', '');
  const rows = lines.map((line, index) =>
    [
      batchId,
      context.key.organizationId,
      day,
      line.requestId,
      line.merchantReference,
      `${batchId}${(index + 1).toString().padStart(6, '0')}`,
      'card',
      line.currency,
      line.amount,
      line.transactionType,
    ]
      .map(quoted)
      .join(','),
  );
  return [`Payment Batch Detail Report,1.0,${day} to ${reportDate}`, columns, ...rows, ''].join(
    '\n',
  );
}

/** Lines of one day: what was taken and given back, then what the control API changed. */
export function linesOf(context: CybersourceContext, day: string): ReportLine[] {
  const planted = context.ledger
    .list<PlantedLine>('settlement-lines')
    .filter(({ date }) => date === day);
  const altered = new Map(planted.map((line) => [line.requestId, line]));
  const real = allTransactions(context)
    .filter(({ submitTimeUtc }) => submitTimeUtc.startsWith(day))
    .map((transaction) => lineOf(transaction))
    .filter((line) => line !== undefined);
  const known = new Set(real.map(({ requestId }) => requestId));
  const extra = planted
    .filter(({ requestId }) => requestId === undefined || !known.has(requestId))
    .map((line) => ({
      requestId: line.requestId ?? line.id,
      merchantReference: line.merchantReference ?? 'UNKNOWN',
      currency: line.currency ?? 'EUR',
      amount: line.amount,
      transactionType: line.transactionType ?? 'ics_bill',
    }));
  const corrected = real.map((line) => {
    const change = altered.get(line.requestId);
    return change === undefined ? line : { ...line, amount: change.amount };
  });
  return [...corrected, ...extra];
}

function lineOf(transaction: Transaction): ReportLine | undefined {
  const { id, code, currency, kind } = transaction;
  if (transaction.isVoided === true) return undefined;
  const base = { requestId: id, merchantReference: code, currency };
  if (kind === 'refund') {
    const amount = decimalOf(-BigInt(transaction.amountMinor), currency);
    return { ...base, amount, transactionType: 'ics_credit' };
  }
  const isSale = kind === 'payment' && transaction.isSale === true;
  const taken = kind === 'capture' ? transaction.amountMinor : transaction.capturedMinor;
  if ((kind !== 'capture' && !isSale) || BigInt(taken ?? 0) === 0n) return undefined;
  return { ...base, amount: decimalOf(taken ?? '0', currency), transactionType: 'ics_bill' };
}

function quoted(value: string): string {
  return /[",\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

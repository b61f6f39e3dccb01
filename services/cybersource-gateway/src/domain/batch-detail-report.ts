import { deriveId } from '@sluice/clock';
import { parseDecimal, type Money } from '@sluice/money';
import { parse } from 'csv-parse/sync';

/** One line of a Payment Batch Detail report. */
export interface SettlementLine {
  /** Derived from report, batch, request, type and repetition: stable over repeated imports. */
  readonly lineId: string;
  readonly batchId: string;
  /** ISO 8601 date of the batch. */
  readonly batchDate: string;
  readonly merchantId: string;
  readonly transactionId: string;
  /** Our reference: the payment id, or the refund id. */
  readonly merchantReference: string;
  readonly kind: 'sale' | 'refund';
  /** Negative for a refund. */
  readonly amount: Money;
}

/** A report that is not what was promised; the message names the line. */
export class ReportUnreadable extends Error {}

const requiredColumns = [
  'batch_id',
  'merchant_id',
  'batch_date',
  'request_id',
  'merchant_ref_number',
  'currency',
  'amount',
  'transaction_type',
] as const;

type Column = (typeof requiredColumns)[number];

const linesMax = 200_000;
const titlePattern = /^"?Payment Batch Detail Report/;

/**
 * Reads the classic CSV form: a title line, a header line, then one line per transaction.
 *
 * @throws ReportUnreadable when the title, a column, a type or an amount is not as documented.
 */
export function parseBatchDetailReport(text: string, reportId: string): readonly SettlementLine[] {
  const [title = '', ...rest] = text.replace(/^\uFEFF/, '').split('\n');
  if (!titlePattern.test(title)) {
    throw new ReportUnreadable('The report does not begin with its title line.');
  }
  const rows = readRows(rest.join('\n'));
  const repetitions = new Map<string, number>();
  return rows.map((row, index) => {
    const identity = [row.batch_id, row.request_id, row.transaction_type].join('|');
    const repetition = (repetitions.get(identity) ?? 0) + 1;
    repetitions.set(identity, repetition);
    const lineId = deriveId(reportId, identity, String(repetition));
    return { lineId, ...readLine(row, index + 3) };
  });
}

function readRows(csv: string): readonly Record<Column, string>[] {
  let rows: readonly Record<string, string>[];
  try {
    rows = parse(csv, { columns: true, skip_empty_lines: true, trim: true, to: linesMax + 1 });
  } catch (error) {
    throw new ReportUnreadable('The report is no CSV with equally long lines.', { cause: error });
  }
  if (rows.length > linesMax) {
    throw new ReportUnreadable(`The report has more than ${linesMax} lines.`);
  }
  const missing = requiredColumns.filter((column) => rows[0] !== undefined && !(column in rows[0]));
  if (missing.length > 0) {
    throw new ReportUnreadable(`The report lacks the columns ${missing.join(', ')}.`);
  }
  return rows;
}

function readLine(row: Record<Column, string>, lineNumber: number): Omit<SettlementLine, 'lineId'> {
  const kind = kindOf(row.transaction_type);
  if (kind === undefined) {
    throw new ReportUnreadable(`Line ${lineNumber} has the unknown type ${row.transaction_type}.`);
  }
  return {
    batchId: row.batch_id,
    batchDate: isoDate(row.batch_date, lineNumber),
    merchantId: row.merchant_id,
    transactionId: row.request_id,
    merchantReference: row.merchant_ref_number,
    kind,
    amount: signedAmount(row, kind, lineNumber),
  };
}

function kindOf(type: string): SettlementLine['kind'] | undefined {
  if (type === 'ics_bill') return 'sale';
  return type === 'ics_credit' ? 'refund' : undefined;
}

function signedAmount(
  row: Record<Column, string>,
  kind: SettlementLine['kind'],
  lineNumber: number,
): Money {
  try {
    const amount = parseDecimal(row.amount, row.currency);
    const isUnsigned = kind === 'refund' && amount.minor > 0n;
    return isUnsigned ? { ...amount, minor: -amount.minor } : amount;
  } catch (error) {
    throw new ReportUnreadable(`Line ${lineNumber} has an amount that cannot be read.`, {
      cause: error,
    });
  }
}

/** `2026-01-15…`, `20260115` and `01/15/2026` all occur. */
function isoDate(text: string, lineNumber: number): string {
  const iso = /^(\d{4})-?(\d{2})-?(\d{2})/.exec(text);
  if (iso !== null) return `${iso[1]}-${iso[2]}-${iso[3]}`;
  const american = /^(\d{2})\/(\d{2})\/(\d{4})/.exec(text);
  if (american !== null) return `${american[3]}-${american[1]}-${american[2]}`;
  throw new ReportUnreadable(`Line ${lineNumber} has a batch date that cannot be read.`);
}

import type { Money } from '@sluice/contracts';
import { formatDecimal } from '@sluice/money';

/** A line of the settlement report. */
export interface SettlementLine {
  readonly lineId: string;
  readonly reportId: string;
  readonly transactionId: string;
  readonly amount: Money;
}

/** What Books holds for the same payment or refund; a refund's amount is negative. */
export interface BooksEntry {
  readonly booksId: string;
  readonly amount: Money;
}

/** Kinds of disagreement. */
export type BreakKind = 'missing_in_books' | 'missing_at_gateway' | 'amount_differs';

/** How one line stands. */
export type Verdict =
  | { readonly kind: 'matched'; readonly booksId: string }
  | { readonly kind: 'waiting' }
  | { readonly kind: 'broken'; readonly breakKind: BreakKind; readonly explanation: string };

/**
 * Compares a settlement line with its Books entry, by id and exact amount.
 *
 * A line without an entry waits until its grace is over, because bookings travel on another topic.
 */
export function matchLine(
  line: SettlementLine,
  entry: BooksEntry | undefined,
  isGraceOver: boolean,
): Verdict {
  if (entry === undefined) {
    if (!isGraceOver) return { kind: 'waiting' };
    const explanation = `Cybersource settled ${text(line.amount)} (transaction ${line.transactionId}), and Books has no entry for it.`;
    return { kind: 'broken', breakKind: 'missing_in_books', explanation };
  }
  if (isSame(line.amount, entry.amount)) return { kind: 'matched', booksId: entry.booksId };
  const explanation = `Cybersource settled ${text(line.amount)}, and Books entry ${entry.booksId} says ${text(entry.amount)}.`;
  return { kind: 'broken', breakKind: 'amount_differs', explanation };
}

/** The sentence for a Books entry that no settlement report holds. */
export function missingAtGateway(entry: BooksEntry): string {
  return `Books entry ${entry.booksId} says ${text(entry.amount)}, and no settlement report holds it.`;
}

function isSame(left: Money, right: Money): boolean {
  return left.currency === right.currency && left.minor === right.minor;
}

function text(money: Money): string {
  return `${formatDecimal(money)} ${money.currency}`;
}

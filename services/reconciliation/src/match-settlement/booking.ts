import type { EventRecord } from '@sluice/messaging';
import { parseDecimal } from '@sluice/money';
import { errors } from '../errors.ts';
import type { BooksEntryRow } from '../storage/entry.repository.ts';

type Outcome = EventRecord<'sluice.zoho.v1.CommandCompleted'>;

/** What reconciliation reads of a booking's output, by function name without version. */
const bookings: Readonly<
  Record<string, { kind: 'sale' | 'refund'; reference: string; booksId: string }>
> = {
  'zoho.books.recordPayment': {
    kind: 'sale',
    reference: 'paymentId',
    booksId: 'customerPaymentId',
  },
  'zoho.books.refundCreditNote': {
    kind: 'refund',
    reference: 'refundId',
    booksId: 'creditNoteRefundId',
  },
};

/**
 * The Books entry that an outcome tells of; undefined for every other command and for refusals.
 * @throws PermanentFailure BOOKS_OUTCOME_INVALID when the output lacks what a booking must say.
 */
export function bookingOf(event: Outcome): BooksEntryRow | undefined {
  const { data } = event;
  const booking = bookings[data.function.split(':')[0] ?? ''];
  if (booking === undefined || data.status !== 'SUCCEEDED') return undefined;
  try {
    const output = JSON.parse(data.output) as Record<string, unknown>;
    const amount = parseDecimal(text(output, 'amount'), text(output, 'currency'));
    return {
      tenant: event.tenant,
      kind: booking.kind,
      reference: text(output, booking.reference),
      paymentId: text(output, 'paymentId'),
      transactionId: text(output, 'transactionId'),
      booksId: text(output, booking.booksId),
      minor: booking.kind === 'refund' ? -amount.minor : amount.minor,
      currency: amount.currency,
      bookedAtMicros: data.completedAt,
    };
  } catch (cause) {
    throw errors.failure('BOOKS_OUTCOME_INVALID', { cause });
  }
}

function text(output: Readonly<Record<string, unknown>>, name: string): string {
  const value = output[name];
  if (typeof value !== 'string' || value === '') throw new TypeError(`${name} is missing`);
  return value;
}

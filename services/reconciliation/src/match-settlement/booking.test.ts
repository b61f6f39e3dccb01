import type { ZohoCommandCompleted } from '@sluice/contracts';
import type { EventRecord } from '@sluice/messaging';
import { describe, expect, it } from 'vitest';
import { bookingOf } from './booking.ts';

function outcome(
  overrides: Partial<ZohoCommandCompleted>,
): EventRecord<'sluice.zoho.v1.CommandCompleted'> {
  const data: ZohoCommandCompleted = {
    commandId: 'c-1',
    effectKey: 'run/task/0',
    function: 'zoho.books.recordPayment:1.0.0',
    status: 'SUCCEEDED',
    output: JSON.stringify({
      customerPaymentId: '46001',
      paymentId: 'payment-1',
      transactionId: '7000000000000000000001',
      amount: '1.250',
      currency: 'KWD',
    }),
    errorType: null,
    errorDetail: '',
    runId: 'run',
    task: 'payment',
    businessKey: 'order-1',
    attempts: 1n,
    completedAt: 1n,
    ...overrides,
  };
  return {
    id: 'e-1',
    type: 'sluice.zoho.v1.CommandCompleted',
    source: 'zoho-gateway',
    tenant: 'demo',
    key: 'order-1',
    time: 1n,
    data,
  };
}

describe('bookingOf', () => {
  it('reads a customer payment with its exact amount', () => {
    expect(bookingOf(outcome({}))).toMatchObject({
      kind: 'sale',
      reference: 'payment-1',
      booksId: '46001',
      minor: 1250n,
      currency: 'KWD',
    });
  });

  it('reads a refund as a negative amount under its refund id', () => {
    const output = JSON.stringify({
      creditNoteRefundId: '46002',
      refundId: 'refund-1',
      paymentId: 'payment-1',
      transactionId: '7000000000000000000002',
      amount: '12.50',
      currency: 'EUR',
    });

    const entry = bookingOf(outcome({ function: 'zoho.books.refundCreditNote:1.0.0', output }));

    expect(entry).toMatchObject({ kind: 'refund', reference: 'refund-1', minor: -1250n });
  });

  it('passes over other functions and refusals', () => {
    expect(bookingOf(outcome({ function: 'zoho.books.createInvoice:1.0.0' }))).toBeUndefined();
    expect(bookingOf(outcome({ status: 'REJECTED' }))).toBeUndefined();
  });

  it('refuses a booking that lacks its amount', () => {
    expect(() => bookingOf(outcome({ output: '{}' }))).toThrow(
      expect.objectContaining({ code: 'BOOKS_OUTCOME_INVALID' }) as Error,
    );
  });
});

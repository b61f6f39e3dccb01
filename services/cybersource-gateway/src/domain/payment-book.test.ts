import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fact, pendingPayment } from './fixtures.ts';
import { PaymentBook, outsideRefundId } from './payment-book.ts';

const paymentId = '01PAYMENT';
const refundTransactionId = '7600846207716214404877';

function bookWithCapture(): PaymentBook {
  const payments = new Map([[paymentId, pendingPayment()]]);
  const book = new PaymentBook({ payments, captures: new Map(), refunds: new Map() });
  book.tell(paymentId, fact('captured'));
  return book;
}

function refundOf(minor: bigint, refundId = 'r1') {
  const amount = { minor, currency: 'EUR' };
  return { tenant: 'demo', refundId, paymentId, amount, effectKey: `run/${refundId}` };
}

function refundTold(minor: bigint, reference = 'r1') {
  const amount = { minor, currency: 'EUR' };
  return fact('refunded', { id: refundTransactionId, reference, amount, status: 'PENDING' });
}

describe('PaymentBook', () => {
  it('opens a counter for what was captured', () => {
    const book = bookWithCapture();

    expect(book.capture(paymentId)).toMatchObject({
      captured: { minor: 1250n },
      refundedMinor: 0n,
    });
    expect(book.changedCaptures).toHaveLength(1);
  });

  it('reserves before sending and refuses what exceeds the rest, naming it', () => {
    const book = bookWithCapture();

    expect(book.reserve(refundOf(1000n))).toBeUndefined();
    expect(book.reserve(refundOf(300n, 'r2'))).toEqual({
      name: 'refund-exceeds-captured',
      detail:
        'A refund of 3.00 EUR exceeds what is left to refund: 2.50 EUR of the captured 12.50 EUR.',
    });
    expect(book.changes).toHaveLength(1);
  });

  it('never lets reservations pass the capture, in whatever order they come and are released', () => {
    const step = fc.record({ minor: fc.bigInt({ min: 1n, max: 900n }), isRejected: fc.boolean() });

    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const book = bookWithCapture();
        steps.forEach(({ minor, isRejected }, index) => {
          const refundId = `r${index}`;
          const refusal = book.reserve(refundOf(minor, refundId));
          const rejection = { name: 'refund-refused', detail: 'no' } as const;
          if (refusal === undefined && isRejected) book.reject(refundId, rejection);
          const counted = book.capture(paymentId)?.refundedMinor ?? -1n;
          expect(counted >= 0n && counted <= 1250n).toBe(true);
        });
        const open = book.changedRefunds.filter(({ state }) => state !== 'rejected');
        const sum = open.reduce((total, { amount }) => total + amount.minor, 0n);
        expect(book.capture(paymentId)?.refundedMinor).toBe(sum);
      }),
    );
  });

  it('takes the success of a refund once, from the reply and from notifications', () => {
    const book = bookWithCapture();
    book.reserve(refundOf(500n));

    const receptions = [500n, 500n, 500n].map((minor) => book.tell(paymentId, refundTold(minor)));

    expect(receptions).toEqual(['applied', 'unchanged', 'unchanged']);
    expect(book.payment(paymentId)).toMatchObject({ state: 'refunded', refundedMinor: 500n });
    expect(book.capture(paymentId)?.refundedMinor).toBe(500n);
    expect(book.changes.at(-1)?.fact.refundId).toBe('r1');
  });

  it('adds up partial refunds', () => {
    const book = bookWithCapture();
    book.reserve(refundOf(500n));
    book.reserve(refundOf(750n, 'r2'));
    book.tell(paymentId, refundTold(500n));

    book.tell(paymentId, refundTold(750n, 'r2'));

    expect(book.payment(paymentId)?.refundedMinor).toBe(1250n);
    expect(book.changes.map(({ payment }) => payment.version)).toEqual([1, 2, 3]);
  });

  it('counts a refund that was made outside, once', () => {
    const book = bookWithCapture();

    const receptions = [1, 2].map(() => book.tell(paymentId, refundTold(500n, 'by-hand')));

    expect(receptions).toEqual(['applied', 'unchanged']);
    expect(book.refund(outsideRefundId(refundTransactionId))?.state).toBe('succeeded');
    expect(book.capture(paymentId)?.refundedMinor).toBe(500n);
  });

  it('calls it a contradiction when an outside refund exceeds what is left or a void meets a refund', () => {
    const book = bookWithCapture();
    book.reserve(refundOf(1000n));

    expect(book.tell(paymentId, refundTold(500n, 'by-hand'))).toBe('mismatch');
    expect(book.tell(paymentId, fact('voided'))).toBe('mismatch');
    expect(book.tell(paymentId, refundTold(999n))).toBe('mismatch');
    expect(book.payment(paymentId)?.state).toBe('captured');
  });

  it('calls it a contradiction when money is said to have moved for a declined payment', () => {
    const payments = new Map([[paymentId, pendingPayment({ state: 'declined', version: 1 })]]);
    const book = new PaymentBook({ payments, captures: new Map(), refunds: new Map() });

    const facts = [fact('authorized'), fact('captured'), refundTold(500n)];
    expect(facts.map((told) => book.tell(paymentId, told))).toEqual(facts.map(() => 'mismatch'));
    expect(book.tell(paymentId, fact('in_review'))).toBe('unchanged');
    expect(book.changes).toEqual([]);
  });

  it('refuses refunds of what was voided, never captured, or is unknown', () => {
    const voided = bookWithCapture();
    voided.tell(paymentId, fact('voided'));
    const payments = new Map([[paymentId, pendingPayment()]]);
    const fresh = new PaymentBook({ payments, captures: new Map(), refunds: new Map() });

    expect(voided.reserve(refundOf(1n))?.name).toBe('refund-refused');
    expect(fresh.reserve(refundOf(1n))?.name).toBe('refund-refused');
    expect(fresh.reserve({ ...refundOf(1n), paymentId: 'x' })?.name).toBe('payment-not-found');
  });

  it('releases a reservation only once', () => {
    const book = bookWithCapture();
    const rejection = { name: 'refund-refused', detail: 'no' } as const;
    book.reserve(refundOf(500n));

    book.reject('r1', rejection);
    book.reject('r1', rejection);

    expect(book.capture(paymentId)?.refundedMinor).toBe(0n);
    expect(book.refund('r1')).toMatchObject({ state: 'rejected', rejection });
  });

  it('takes a refund told before its capture: both are true', () => {
    const payments = new Map([[paymentId, pendingPayment({ isCaptureRequested: false })]]);
    const book = new PaymentBook({ payments, captures: new Map(), refunds: new Map() });

    book.tell(paymentId, refundTold(500n, 'by-hand'));
    book.tell(paymentId, fact('captured'));

    const states = book.changes.map(({ payment }) => payment.state);
    expect(states).toEqual(['authorized', 'captured', 'refunded']);
    expect(book.capture(paymentId)).toMatchObject({ refundedMinor: 500n });
  });
});

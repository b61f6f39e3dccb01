import { describe, expect, it } from 'vitest';
import { ZohoOutcomeUnknown } from '../../gateways/zoho.gateway.ts';
import { setUp } from './testing/function-scene.ts';

describe('RecordPayment', () => {
  const values = {
    uniqueValue: 'p-1',
    paymentId: 'p-1',
    transactionId: '7000000000000000000001',
    currency: 'EUR',
    body: { amount: '12.50', invoices: [{ invoice_id: '9', amount_applied: '12.50' }] },
  };

  it('books into the clearing account of the currency, as a number, to the cent', async () => {
    const { zoho, run } = setUp();

    const output = await run('zoho.books.recordPayment:1.0.0', values);

    const [payment] = zoho.rows('/customerpayments');
    expect(payment).toMatchObject({ account_id: '1180000000000000510', amount: 12.5 });
    expect(output).toEqual({
      customerPaymentId: payment?.['payment_id'],
      paymentId: 'p-1',
      transactionId: '7000000000000000000001',
      amount: '12.50',
      currency: 'EUR',
    });
  });

  it('is found again by its key', async () => {
    const { run, lookUp } = setUp();
    const name = 'zoho.books.recordPayment:1.0.0';

    const before = await lookUp(name, values);
    const output = await run(name, values);

    expect([before, await lookUp(name, values)]).toEqual([[], [output]]);
  });

  it('takes no payment of another amount for this one', async () => {
    const { run, all } = setUp();
    const name = 'zoho.books.recordPayment:1.0.0';
    const output = await run(name, values);
    const recordPayment = all.find((one) => one.name === name);

    expect(recordPayment?.agrees(values, output)).toBe(true);
    expect(recordPayment?.agrees(values, { ...output, amount: '12.51' })).toBe(false);
  });

  it('does not know what happened when Books answers with another amount', async () => {
    const { zoho, run } = setUp();
    zoho.writesInstead = { amount: 13 };

    await expect(run('zoho.books.recordPayment:1.0.0', values)).rejects.toBeInstanceOf(
      ZohoOutcomeUnknown,
    );
  });

  it('names a clearing account that Books does not have', async () => {
    const { run } = setUp();

    const booking = run('zoho.books.recordPayment:1.0.0', { ...values, currency: 'USD' });

    await expect(booking).rejects.toMatchObject({
      code: 'CLEARING_ACCOUNT_MISSING',
      message: expect.stringContaining('"Cybersource Clearing USD"'),
    });
  });
});

describe('RefundCreditNote', () => {
  const name = 'zoho.books.refundCreditNote:1.0.0';

  it('books the refund once, from the clearing account, found by its reference', async () => {
    const { zoho, run } = setUp();
    zoho.rows('/creditnotes').push({ creditnote_id: '5' });
    const values = {
      creditNoteId: '5',
      refundId: 'cn-5',
      paymentId: 'p-1',
      transactionId: 't-1',
      currency: 'JPY',
      body: { amount: '500', date: '2026-03-01', refund_mode: 'creditcard' },
    };

    const first = await run(name, values);
    const second = await run(name, values);

    expect(zoho.rows('/creditnotes/5/refunds')).toEqual([
      expect.objectContaining({
        reference_number: 'cn-5',
        from_account_id: '1180000000000000511',
        amount: 500,
      }),
    ]);
    expect(second).toEqual(first);
    expect(first).toMatchObject({ amount: '500', currency: 'JPY', refundId: 'cn-5' });
  });

  it('neither takes a refund of another amount for this one nor books a second', async () => {
    const { zoho, run } = setUp();
    zoho.rows('/creditnotes').push({ creditnote_id: '6' });
    zoho.rows('/creditnotes/6/refunds').push({
      creditnote_refund_id: '1',
      reference_number: 'cn-6',
      amount: 499,
    });
    const body = { amount: '500', date: '2026-03-01', refund_mode: 'creditcard' };
    const values = { creditNoteId: '6', refundId: 'cn-6', paymentId: 'p', transactionId: 't' };

    const booking = run(name, { ...values, currency: 'JPY', body });

    await expect(booking).rejects.toBeInstanceOf(ZohoOutcomeUnknown);
    expect(zoho.rows('/creditnotes/6/refunds')).toHaveLength(1);
  });

  it('does not take an answer without a list for proof that there is no refund', async () => {
    const { zoho, lookUp } = setUp();
    zoho.rows('/creditnotes').push({ creditnote_id: '7' });
    zoho.answersInstead = { message: 'success' };

    await expect(lookUp(name, { creditNoteId: '7', refundId: 'cn-7' })).rejects.toBeInstanceOf(
      ZohoOutcomeUnknown,
    );
  });
});

describe('functions that Zoho knows no key for', () => {
  it.each([
    ['zoho.desk.openTicket:1.0.0', { uniqueValue: 'c', body: {} }],
    ['zoho.crm.addNote:1.0.0', { uniqueValue: 'n', email: 'a@x.org', lastName: 'L', body: {} }],
    ['zoho.books.commentCreditNote:1.0.0', { creditNoteId: '5', text: 'no' }],
  ])('create nothing after the time of the attempt: %s', async (name, values) => {
    const { zoho, run } = setUp();
    zoho.rows('/creditnotes').push({ creditnote_id: '5' });

    await run(name, values);

    expect(zoho.calls.at(-1)).toMatchObject({ method: 'POST', notAfterMs: 4_000 });
  });
});

import { newId } from '@sluice/clock';
import { NotExecuted, Rejected } from '@sluice/effects';
import { parseDecimal } from '@sluice/money';
import { describe, expect, it } from 'vitest';
import { parseBatchDetailReport } from '../domain/batch-detail-report.ts';
import type { CybersourceGateway, PaymentCall, RefundCall } from './cybersource.gateway.ts';

/** One implementation of the gateway, with what a test needs around it. */
export interface GatewayHarness {
  readonly gateway: CybersourceGateway;
  /** Id of a good card's instrument identifier. */
  readonly token: string;
  /** The next call that moves money is executed, and its answer is lost. */
  loseNextAnswer(call: 'payment' | 'refund'): Promise<void>;
}

/** A payment of 12.50 EUR, captured at once, unless told otherwise. */
export function paymentCall(
  token: string,
  overrides: Partial<PaymentCall> & { readonly code?: string } = {},
): PaymentCall {
  const { code = newId(), ...rest } = overrides;
  return {
    reference: { code, merchantTransactionId: newId(), comments: 'Order A-1 of demo-shop' },
    amount: parseDecimal('12.50', 'EUR'),
    isCaptureRequested: true,
    token: { type: 'instrument_identifier', id: token },
    billTo: {
      fullName: 'Ada Lovelace',
      email: 'ada@example.com',
      addressLines: ['12 Analytical Row', 'London'],
      country: 'GB',
    },
    ipAddress: '203.0.113.7',
    ...rest,
  };
}

function refundCall(transactionId: string, amount: string, code = newId()): RefundCall {
  return {
    reference: { code, merchantTransactionId: newId(), comments: 'Order A-1 of demo-shop' },
    amount: parseDecimal(amount, 'EUR'),
    capturedBy: { kind: 'payment', transactionId },
  };
}

/** What every implementation of the gateway must do. */
export function cybersourceConformance(harness: () => GatewayHarness): void {
  describe('createPayment', () => {
    paymentCases(harness);
  });
  describe('refund', () => {
    refundCases(harness);
  });
  describe('fetchBatchDetailReport', () => {
    reportCases(harness);
  });
}

async function errorOf(work: Promise<unknown>): Promise<unknown> {
  return await work.then(
    () => undefined,
    (error: unknown) => error,
  );
}

/** Neither proof that nothing happened nor a refusal: it must be looked up. */
function expectUnknown(error: unknown): void {
  expect(error).toBeInstanceOf(Error);
  expect(error instanceof NotExecuted || error instanceof Rejected).toBe(false);
}

function paymentCases(harness: () => GatewayHarness): void {
  it.each([
    ['12.50', 'EUR'],
    ['1500', 'JPY'],
    ['1.234', 'KWD'],
  ])('pays %s %s to the minor unit, under our reference', async (text, currency) => {
    const { gateway, token } = harness();
    const call = paymentCall(token, { amount: parseDecimal(text, currency) });

    const transaction = await gateway.createPayment(call);

    expect(transaction).toMatchObject({ status: 'AUTHORIZED', reference: call.reference.code });
    expect(transaction.amount).toEqual(call.amount);
    expect(transaction.id).toMatch(/^\d{22}$/);
  });

  it('answers a decline with its reason', async () => {
    const { gateway, token } = harness();
    const call = paymentCall(token, { amount: parseDecimal('2000.00', 'EUR') });

    const transaction = await gateway.createPayment(call);

    expect(transaction.status).toBe('DECLINED');
    expect(transaction.reasonCodes).not.toEqual([]);
  });

  it('answers a held payment with its risk', async () => {
    const { gateway, token } = harness();
    const { billTo } = paymentCall(token);
    const call = paymentCall(token, { billTo: { ...billTo, email: 'review@domain.com' } });

    const transaction = await gateway.createPayment(call);

    expect(transaction.status).toBe('AUTHORIZED_PENDING_REVIEW');
    expect(transaction.reasonCodes).toContain('DECISION_PROFILE_REVIEW');
    expect(transaction.riskScore).toBeGreaterThan(0);
  });

  it('rejects a token that nobody knows', async () => {
    const call = paymentCall('0000000000000000');

    expect(await errorOf(harness().gateway.createPayment(call))).toBeInstanceOf(Rejected);
  });

  it('pays once under one merchant transaction id, and does not call the repetition refused', async () => {
    const { gateway, token } = harness();
    const call = paymentCall(token);
    await gateway.createPayment(call);

    expectUnknown(await errorOf(gateway.createPayment(call)));

    expect(await gateway.findByReference(call.reference.code)).toHaveLength(1);
  });

  it('finds a payment whose answer was lost, with status and amount', async () => {
    const { gateway, token, loseNextAnswer } = harness();
    const call = paymentCall(token);
    await loseNextAnswer('payment');

    expectUnknown(await errorOf(gateway.createPayment(call)));

    const [found] = await gateway.findByReference(call.reference.code);
    expect(found).toMatchObject({ status: 'AUTHORIZED', amount: call.amount });
    expect(found?.rootId).toBe(found?.id);
  });

  it('finds nothing under a reference that was never sent', async () => {
    expect(await harness().gateway.findByReference(newId())).toEqual([]);
  });
}

function refundCases(harness: () => GatewayHarness): void {
  it('gives back parts up to what was captured, and rejects what exceeds it', async () => {
    const { gateway, token } = harness();
    const paid = await gateway.createPayment(paymentCall(token));

    const refund = await gateway.refund(refundCall(paid.id, '7.50'));
    const excess = await errorOf(gateway.refund(refundCall(paid.id, '5.01')));

    expect(refund).toMatchObject({ rootId: paid.id, amount: parseDecimal('7.50', 'EUR') });
    expect(excess).toMatchObject({ code: 'INVALID_AMOUNT' });
    expect(excess).toBeInstanceOf(Rejected);
  });

  it('finds a refund whose answer was lost', async () => {
    const { gateway, token, loseNextAnswer } = harness();
    const paid = await gateway.createPayment(paymentCall(token));
    const call = refundCall(paid.id, '5.00');
    await loseNextAnswer('refund');

    expectUnknown(await errorOf(gateway.refund(call)));

    const found = await gateway.findByReference(call.reference.code);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ rootId: paid.id, amount: call.amount });
  });

  it('rejects the refund of a payment that was not captured', async () => {
    const { gateway, token } = harness();
    const held = await gateway.createPayment(paymentCall(token, { isCaptureRequested: false }));

    const error = await errorOf(gateway.refund(refundCall(held.id, '1.00')));

    expect(error).toBeInstanceOf(Rejected);
  });
}

function reportCases(harness: () => GatewayHarness): void {
  it('lists what was captured and what was given back on the day before its date', async () => {
    const { gateway, token } = harness();
    const paid = await gateway.createPayment(paymentCall(token));
    const refund = await gateway.refund(refundCall(paid.id, '5.00'));
    const nextDay = new Date(paid.occurredAt.getTime() + 86_400_000);

    const text = await gateway.fetchBatchDetailReport(nextDay.toISOString().slice(0, 10));

    const lines = parseBatchDetailReport(text ?? '', 'm/d');
    const amountOf = (id: string) =>
      lines.find(({ transactionId }) => transactionId === id)?.amount.minor;
    expect([amountOf(paid.id), amountOf(refund.id)]).toEqual([1250n, -500n]);
  });

  it('has no data for a day that has not come', async () => {
    expect(await harness().gateway.fetchBatchDetailReport('2999-01-01')).toBeUndefined();
  });
}

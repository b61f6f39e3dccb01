import { describe, expect, it } from 'vitest';
import { readFoundTransaction } from './found-transaction.ts';
import { readTransaction, transactionFromJson, transactionToJson } from './transaction.ts';

const at = new Date('2026-01-15T12:00:00.000Z');

describe('readTransaction', () => {
  it('reads a held payment with its reasons and its risk', () => {
    const transaction = readTransaction(
      {
        id: '7600846207716214404805',
        submitTimeUtc: '2026-01-15T11:00:00Z',
        status: 'AUTHORIZED_PENDING_REVIEW',
        errorInformation: {
          reason: 'DECISION_PROFILE_REVIEW',
          details: [{ field: 'email', reason: 'EMAIL_WATCHLIST_MATCH' }],
        },
        clientReferenceInformation: { code: '01PAYMENT' },
        orderInformation: { amountDetails: { authorizedAmount: '1500', currency: 'JPY' } },
        paymentAccountInformation: { card: { type: '001', suffix: '1111' } },
        riskInformation: {
          score: { result: '81', factorCodes: ['F', 'Q'] },
          profile: { name: 'standard' },
        },
      },
      at,
    );

    expect(transaction).toMatchObject({
      reference: '01PAYMENT',
      amount: { minor: 1500n, currency: 'JPY' },
      reasonCodes: ['DECISION_PROFILE_REVIEW', 'EMAIL_WATCHLIST_MATCH'],
      cardType: '001',
      cardLast4: '1111',
      riskScore: 81,
      riskFactorCodes: ['F', 'Q'],
      riskProfile: 'standard',
      occurredAt: new Date('2026-01-15T11:00:00Z'),
    });
  });

  it('reads a refund by its own amount and finds its root in a link', () => {
    const transaction = readTransaction(
      {
        id: '7600846207716214404877',
        refundAmountDetails: { refundAmount: '1.234', currency: 'KWD' },
        orderInformation: { amountDetails: { totalAmount: '9.999', currency: 'KWD' } },
        _links: { void: { href: '/pts/v2/payments/7600846207716214404805/voids' } },
      },
      at,
    );

    expect(transaction.amount).toEqual({ minor: 1234n, currency: 'KWD' });
    expect(transaction.rootId).toBe('7600846207716214404805');
  });

  it.each([null, 'text', 12, [], {}, { _links: null, riskInformation: 3 }])(
    'reads nothing from %j without failing',
    (value) => {
      const transaction = readTransaction(value, at);

      expect(transaction).toMatchObject({ id: '', amount: null, occurredAt: at });
    },
  );

  it('knows a card by its name where Cybersource spells it out', () => {
    const named = readTransaction({ paymentInformation: { card: { type: 'Visa' } } }, at);

    expect(named.cardType).toBe('001');
  });

  it('turns control characters into blanks', () => {
    expect(readTransaction({ status: 'A\u0000B' }, at).status).toBe('A B');
  });

  it('survives JSON without loss', () => {
    const amount = { totalAmount: '12.50', currency: 'EUR' };
    const transaction = readTransaction(
      { id: '1', orderInformation: { amountDetails: amount } },
      at,
    );

    const copy = JSON.parse(JSON.stringify(transactionToJson(transaction)));

    expect(transactionFromJson(copy)).toEqual(transaction);
  });
});

describe('readFoundTransaction', () => {
  it.each([
    [{ status: 'TRANSMITTED', reasonCode: 100 }, 'TRANSMITTED'],
    [{ reasonCode: 100 }, 'AUTHORIZED'],
    [{ reasonCode: 480 }, 'AUTHORIZED_PENDING_REVIEW'],
    [{ reasonCode: 204 }, 'DECLINED'],
    [{ applications: [{ reasonCode: '100' }] }, 'AUTHORIZED'],
    [{}, ''],
  ])('reads the status from %j', (applicationInformation, status) => {
    expect(readFoundTransaction({ id: '1', applicationInformation }, at).status).toBe(status);
  });
});

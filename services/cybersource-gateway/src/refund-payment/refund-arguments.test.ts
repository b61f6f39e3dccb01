import { describe, expect, it } from 'vitest';
import { readRefundArguments } from './refund-arguments.ts';

const amount = { minor: '1250', currency: 'EUR' };

describe('readRefundArguments', () => {
  it('reads what the catalogue describes', () => {
    const text = JSON.stringify({ refundId: 'cn-1', paymentId: '01P', amount, reason: 'broken' });

    expect(readRefundArguments(text)).toEqual({
      refundId: 'cn-1',
      paymentId: '01P',
      amount: { minor: 1250n, currency: 'EUR' },
    });
  });

  it.each([
    ['{', 'no JSON'],
    ['[]', 'refundId'],
    [JSON.stringify({ refundId: 'r', amount }), 'paymentId'],
    [JSON.stringify({ refundId: 'r', paymentId: 'p', amount: '12.50' }), 'amount'],
    [
      JSON.stringify({ refundId: 'r', paymentId: 'p', amount: { minor: '1.5', currency: 'EUR' } }),
      'amount',
    ],
  ])('refuses %s, naming what is wrong', (text, named) => {
    expect(() => readRefundArguments(text)).toThrowError(
      expect.objectContaining({ code: 'COMMAND_INVALID', message: expect.stringContaining(named) }),
    );
  });
});

import { describe, expect, it } from 'vitest';
import { checkAmounts, fingerprintOf, type ShopOrder } from './order.ts';

function order(overrides: Partial<ShopOrder> = {}): ShopOrder {
  return {
    shopId: 'demo-shop',
    orderNumber: '1001',
    placedAt: '2026-03-01T10:00:00Z',
    currency: 'EUR',
    customer: {
      customerId: 'c-1',
      email: 'ada@example.com',
      fullName: 'Ada Lovelace',
      billingAddress: '1 High Street\nLondon\nGB',
    },
    lines: [{ sku: 'CUP', name: 'Cup', quantity: 3, unitPrice: '4.10' }],
    shippingTotal: '2.50',
    total: '14.80',
    ...overrides,
  };
}

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return (error as { code: string }).code;
  }
  return 'accepted';
}

describe('checkAmounts', () => {
  it.each([
    ['EUR', '4.10', '2.50', '14.80'],
    ['JPY', '410', '250', '1480'],
    ['KWD', '4.105', '2.500', '14.815'],
  ])('accepts an order in %s that adds up', (...row) => {
    const [currency, unitPrice, shippingTotal, total] = row;
    const lines = [{ sku: 'CUP', name: 'Cup', quantity: 3, unitPrice }];

    expect(codeOf(() => checkAmounts(order({ currency, lines, shippingTotal, total })))).toBe(
      'accepted',
    );
  });

  it.each([
    [{ total: '14.81' }, 'ORDER_INVALID'],
    [{ total: '-14.80' }, 'ORDER_INVALID'],
    [{ total: '14.805' }, 'MONEY_TOO_MANY_DECIMALS'],
    [{ currency: 'JPY' }, 'MONEY_TOO_MANY_DECIMALS'],
    [{ currency: 'XYZ' }, 'MONEY_UNKNOWN_CURRENCY'],
    [{ total: '1e3' }, 'MONEY_NOT_A_NUMBER'],
  ])('refuses %o with %s', (change, code) => {
    expect(codeOf(() => checkAmounts(order(change)))).toBe(code);
  });
});

describe('fingerprintOf', () => {
  it('does not depend on the order of fields', () => {
    const { shopId, ...rest } = order();

    expect(fingerprintOf({ ...rest, shopId })).toBe(fingerprintOf(order()));
  });

  it('differs when anything differs', () => {
    expect(fingerprintOf(order({ note: 'Ring twice' }))).not.toBe(fingerprintOf(order()));
  });
});

import { describe, expect, it } from 'vitest';
import { moneyView } from './money-view.ts';

describe('moneyView', () => {
  it.each([
    ['1250', 'EUR', '12.50'],
    ['1250', 'JPY', '1250'],
    ['-1250', 'KWD', '-1.250'],
    ['1250', 'XQQ', '1250'],
  ])('writes %s minor units of %s as %s', (minor, currency, decimal) => {
    expect(moneyView(minor, currency)).toEqual({ minor, currency, decimal });
  });

  it('is null without an amount', () => {
    expect(moneyView(null, 'EUR')).toBeNull();
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  MoneyError,
  addMoney,
  compareMoney,
  currencies,
  exponentOf,
  formatDecimal,
  moneyFromJson,
  moneyToJson,
  parseDecimal,
  subtractMoney,
} from './index.ts';

describe('parseDecimal', () => {
  it.each([
    ['12.50', 'EUR', 1250n],
    ['12.5', 'EUR', 1250n],
    ['12.500', 'EUR', 1250n],
    ['1500', 'JPY', 1500n],
    ['1500.00', 'JPY', 1500n],
    ['1.234', 'KWD', 1234n],
    ['-0.01', 'USD', -1n],
  ])('reads %s %s', (text, currency, minor) => {
    expect(parseDecimal(text, currency)).toEqual({ minor, currency });
  });

  it.each([
    ['1.001', 'EUR', 'MONEY_TOO_MANY_DECIMALS'],
    ['0.5', 'JPY', 'MONEY_TOO_MANY_DECIMALS'],
    ['1', 'XXX', 'MONEY_UNKNOWN_CURRENCY'],
    ['1', 'eur', 'MONEY_UNKNOWN_CURRENCY'],
    ['1e3', 'EUR', 'MONEY_NOT_A_NUMBER'],
    ['', 'EUR', 'MONEY_NOT_A_NUMBER'],
    ['1,50', 'EUR', 'MONEY_NOT_A_NUMBER'],
    ['9'.repeat(16), 'EUR', 'MONEY_NOT_A_NUMBER'],
  ])('refuses %s %s with %s', (text, currency, code) => {
    expect(() => parseDecimal(text, currency)).toThrowError(
      expect.objectContaining({ code }) as MoneyError,
    );
  });
});

describe('formatDecimal', () => {
  it('returns what parseDecimal reads, for every currency and amount', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...currencies),
        fc.bigInt({ min: -(10n ** 14n), max: 10n ** 14n }),
        (currency, minor) => {
          const text = formatDecimal({ minor, currency });

          expect(parseDecimal(text, currency)).toEqual({ minor, currency });
          expect(text.split('.')[1]?.length ?? 0).toBe(exponentOf(currency));
        },
      ),
    );
  });
});

describe('money arithmetic', () => {
  it('adds, subtracts and compares within one currency', () => {
    const left = parseDecimal('2.50', 'EUR');
    const right = parseDecimal('1.25', 'EUR');

    expect(addMoney(left, right).minor).toBe(375n);
    expect(subtractMoney(right, left).minor).toBe(-125n);
    expect([
      compareMoney(left, right),
      compareMoney(right, left),
      compareMoney(left, left),
    ]).toEqual([1, -1, 0]);
  });

  it('refuses to mix currencies', () => {
    expect(() => addMoney(parseDecimal('1', 'EUR'), parseDecimal('1', 'USD'))).toThrow(MoneyError);
  });

  it('survives JSON without a float', () => {
    const money = { minor: 9_007_199_254_740_993n, currency: 'EUR' };

    expect(moneyFromJson(JSON.parse(JSON.stringify(moneyToJson(money))))).toEqual(money);
    expect(() => moneyFromJson({ minor: '1.5', currency: 'EUR' })).toThrow(MoneyError);
  });
});

import { MoneyError, moneyFromJson, type Money } from '@sluice/money';

/**
 * Money in memory or in JSON, exactly: minor units as a bigint or as a text of digits.
 * @throws MoneyError for anything else, a number above all.
 */
export function readMoney(value: unknown): Money {
  if (typeof value === 'object' && value !== null && 'minor' in value && 'currency' in value) {
    const { minor, currency } = value;
    const digits = typeof minor === 'bigint' ? minor.toString() : minor;
    if (typeof digits === 'string' && typeof currency === 'string') {
      return moneyFromJson({ minor: digits, currency });
    }
  }
  throw new MoneyError('MONEY_NOT_A_NUMBER', 'The value is no money of minor units and currency');
}

import { exponentOf } from './currency.ts';

/** An amount in minor units of its ISO 4217 currency. */
export interface Money {
  readonly minor: bigint;
  readonly currency: string;
}

/** Money in JSON: the minor units as a string, because JSON numbers are floats. */
export interface MoneyJson {
  readonly minor: string;
  readonly currency: string;
}

/** Stable codes of what can be wrong with an amount. */
export type MoneyErrorCode =
  | 'MONEY_UNKNOWN_CURRENCY'
  | 'MONEY_TOO_MANY_DECIMALS'
  | 'MONEY_NOT_A_NUMBER'
  | 'MONEY_CURRENCY_MISMATCH';

/** An amount that is no amount: the code says why. */
export class MoneyError extends Error {
  readonly code: MoneyErrorCode;

  constructor(code: MoneyErrorCode, message: string) {
    super(message);
    this.name = 'MoneyError';
    this.code = code;
  }
}

const digitsMax = 15;
const decimalPattern = /^(-?)(\d{1,15})(?:\.(\d{1,15}))?$/;

/**
 * Reads a decimal string exactly, for example `parseDecimal('12.50', 'EUR')`.
 *
 * Fewer decimals than the currency has are filled up; trailing zeros beyond them are accepted.
 * @throws MoneyError for an unknown currency, a text that is no plain decimal of at most 15
 * digits on either side, or more decimals than the currency has.
 */
export function parseDecimal(text: string, currency: string): Money {
  const exponent = exponentOf(currency);
  if (exponent === undefined) {
    throw new MoneyError(
      'MONEY_UNKNOWN_CURRENCY',
      `Currency ${shorten(currency)} is not in ISO 4217`,
    );
  }
  const match = decimalPattern.exec(text);
  if (match === null) {
    throw new MoneyError(
      'MONEY_NOT_A_NUMBER',
      `Amount ${shorten(text)} is no decimal number of at most ${digitsMax} digits`,
    );
  }
  const [, sign = '', whole = '0', fractionText = ''] = match;
  const fraction = fractionText.replace(/0+$/, '');
  if (fraction.length > exponent) {
    throw new MoneyError(
      'MONEY_TOO_MANY_DECIMALS',
      `Amount ${text} has ${fraction.length} decimals, ${currency} has ${exponent}`,
    );
  }
  const minor = BigInt(whole + fraction.padEnd(exponent, '0'));
  return { minor: sign === '-' ? -minor : minor, currency };
}

/** Writes an amount as a decimal string with exactly the decimals of its currency. */
export function formatDecimal(money: Money): string {
  const exponent = exponentOf(money.currency);
  if (exponent === undefined) {
    throw new MoneyError('MONEY_UNKNOWN_CURRENCY', `Currency ${money.currency} is not in ISO 4217`);
  }
  const sign = money.minor < 0n ? '-' : '';
  const digits = (money.minor < 0n ? -money.minor : money.minor).toString();
  if (exponent === 0) return sign + digits;
  const padded = digits.padStart(exponent + 1, '0');
  return `${sign}${padded.slice(0, -exponent)}.${padded.slice(-exponent)}`;
}

/** Sum of two amounts of one currency. @throws MoneyError when the currencies differ. */
export function addMoney(left: Money, right: Money): Money {
  requireSameCurrency(left, right);
  return { minor: left.minor + right.minor, currency: left.currency };
}

/** Left minus right, one currency; may be negative. @throws MoneyError when the currencies differ. */
export function subtractMoney(left: Money, right: Money): Money {
  requireSameCurrency(left, right);
  return { minor: left.minor - right.minor, currency: left.currency };
}

/** Negative, zero or positive as left is less, equal or more. @throws MoneyError when the currencies differ. */
export function compareMoney(left: Money, right: Money): number {
  requireSameCurrency(left, right);
  if (left.minor === right.minor) return 0;
  return left.minor < right.minor ? -1 : 1;
}

/** The JSON form, without loss. */
export function moneyToJson(money: Money): MoneyJson {
  return { minor: money.minor.toString(), currency: money.currency };
}

/** Reads the JSON form. @throws MoneyError when it is none. */
export function moneyFromJson(json: MoneyJson): Money {
  if (exponentOf(json.currency) === undefined) {
    throw new MoneyError(
      'MONEY_UNKNOWN_CURRENCY',
      `Currency ${shorten(json.currency)} is not in ISO 4217`,
    );
  }
  if (!/^-?\d{1,19}$/.test(json.minor)) {
    throw new MoneyError(
      'MONEY_NOT_A_NUMBER',
      `Minor units ${shorten(json.minor)} are no whole number`,
    );
  }
  return { minor: BigInt(json.minor), currency: json.currency };
}

function requireSameCurrency(left: Money, right: Money): void {
  if (left.currency === right.currency) return;
  throw new MoneyError(
    'MONEY_CURRENCY_MISMATCH',
    `${left.currency} and ${right.currency} cannot be calculated with each other`,
  );
}

function shorten(text: string): string {
  return JSON.stringify(String(text).slice(0, 32));
}

import { DecimalFault, divideRounded, parseUnits, toJsonNumber } from '../../decimal.ts';
import { financeRefusal } from './refusals.ts';

/** Decimals kept of rates, quantities and percentages. */
const fineScale = 6;
const inputScale = 12;

/** Reads an amount and rounds it to the decimals of its currency, as Books does. */
export function amountOf(value: unknown, precision: number, field: string): bigint {
  const units = parsed(value, field);
  return divideRounded(units, 10n ** BigInt(inputScale - precision));
}

/** Reads a rate, a quantity or a percentage. */
export function fineNumber(value: unknown, field: string): bigint {
  return divideRounded(parsed(value, field), 10n ** BigInt(inputScale - fineScale));
}

/** A fine number as JSON. */
export function fineJson(value: bigint | string): number {
  return toJsonNumber(BigInt(value), fineScale);
}

/** An amount as JSON. */
export function amountJson(minor: bigint | string, precision: number): number {
  return toJsonNumber(BigInt(minor), precision);
}

/** Rate times quantity, rounded to the decimals of the currency. */
export function multiply(rate: bigint, quantity: bigint, precision: number): bigint {
  return divideRounded(rate * quantity, 10n ** BigInt(2 * fineScale - precision));
}

/** A percentage of an amount, rounded. */
export function percentageOf(minor: bigint, percentage: bigint): bigint {
  return divideRounded(minor * percentage, 100n * 10n ** BigInt(fineScale));
}

function parsed(value: unknown, field: string): bigint {
  if (typeof value !== 'number' && typeof value !== 'string') {
    throw financeRefusal('invalidValue', field);
  }
  try {
    return parseUnits(value, inputScale);
  } catch (error) {
    if (error instanceof DecimalFault) throw financeRefusal('invalidValue', field);
    throw error;
  }
}

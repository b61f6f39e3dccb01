import { exponentOf } from '../currencies.ts';
import { DecimalFault, formatUnits, parseUnits } from '../decimal.ts';
import { textAt } from '../json.ts';
import { invalidField, invalidRequest, missingField } from './refusals.ts';

/** An amount as a request named it. */
export interface RequestedAmount {
  readonly minor: bigint;
  readonly currency: string;
  /** The decimal text of the request, echoed in answers. */
  readonly text: string;
}

const section = 'orderInformation.amountDetails';

/** Reads `totalAmount` and `currency`, or refuses the request as the payments API does. */
export function amountIn(
  body: unknown,
  options: { path?: string; currency?: string } = {},
): RequestedAmount {
  const path = options.path ?? section;
  const text = textAt(body, `${path}.totalAmount`);
  const currency = textAt(body, `${path}.currency`) ?? options.currency;
  if (text === undefined) throw missingField(`${path}.totalAmount`);
  if (currency === undefined) throw missingField(`${path}.currency`);
  const exponent = exponentOf(currency);
  if (exponent === undefined) throw invalidField(`${path}.currency`);
  return { minor: minorOf(text, exponent, path), currency, text };
}

/** Minor units as the decimal text of their currency. */
export function decimalOf(minor: bigint | string, currency: string): string {
  return formatUnits(BigInt(minor), exponentOf(currency) ?? 2);
}

function minorOf(text: string, exponent: number, path: string): bigint {
  try {
    const minor = parseUnits(text, exponent);
    if (minor < 0n) throw new DecimalFault('not-a-number', text);
    return minor;
  } catch (error) {
    if (!(error instanceof DecimalFault)) throw error;
    if (error.reason === 'not-a-number') throw invalidField(`${path}.totalAmount`);
    throw invalidRequest('INVALID_AMOUNT', 'The amount has too many decimals for its currency', [
      `${path}.totalAmount`,
    ]);
  }
}

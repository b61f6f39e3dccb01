import { exponentOf, formatDecimal } from '@sluice/money';
import type { MoneyView } from '../views.ts';

/** An amount for people; null when the row has none. Minor units of an unknown currency stay as they are. */
export function moneyView(minor: string | null, currency: string | null): MoneyView | null {
  if (minor === null || currency === null) return null;
  const isKnown = exponentOf(currency) !== undefined;
  const decimal = isKnown ? formatDecimal({ minor: BigInt(minor), currency }) : minor;
  return { minor, currency, decimal };
}

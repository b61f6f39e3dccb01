import { createHash } from 'node:crypto';
import { PermanentFailure } from '@sluice/failure';
import { addMoney, compareMoney, formatDecimal, parseDecimal, type Money } from '@sluice/money';

/** An order as a shop sends it; amounts are decimal strings. */
export interface ShopOrder {
  readonly shopId: string;
  readonly orderNumber: string;
  readonly placedAt: string;
  readonly currency: string;
  readonly customer: ShopCustomer;
  readonly lines: readonly ShopOrderLine[];
  readonly shippingTotal?: string;
  readonly total: string;
  readonly note?: string;
}

/** Who orders; addresses are lines of text, the last one the country code. */
export interface ShopCustomer {
  readonly customerId: string;
  readonly email: string;
  readonly fullName: string;
  readonly company?: string;
  readonly phone?: string;
  readonly billingAddress: string;
  readonly shippingAddress?: string;
}

/** One line of an order. */
export interface ShopOrderLine {
  readonly sku: string;
  readonly name: string;
  readonly quantity: number;
  readonly unitPrice: string;
}

/**
 * Checks the money of an order: every amount fits the currency, none is negative, and lines and
 * shipping add up to the total.
 *
 * @throws MoneyError for an amount that is none; PermanentFailure `ORDER_INVALID` otherwise.
 */
export function checkAmounts(order: ShopOrder): void {
  const amount = (text: string, field: string): Money => {
    const money = parseDecimal(text, order.currency);
    if (money.minor < 0n) throw invalid(`${field} is negative`);
    return money;
  };
  const total = amount(order.total, 'total');
  let sum = amount(order.shippingTotal ?? '0', 'shippingTotal');
  for (const [index, line] of order.lines.entries()) {
    const unitPrice = amount(line.unitPrice, `lines.${index}.unitPrice`);
    const lineTotal = { ...unitPrice, minor: unitPrice.minor * BigInt(line.quantity) };
    sum = addMoney(sum, lineTotal);
  }
  if (compareMoney(sum, total) !== 0) {
    throw invalid(`lines and shipping add up to ${formatDecimal(sum)}, total says ${order.total}`);
  }
}

/** Fingerprint of the content: two bodies that say the same, in any order of fields, share it. */
export function fingerprintOf(order: ShopOrder): string {
  return createHash('sha256').update(canonical(order)).digest('hex');
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const fields = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`);
  return `{${fields.join(',')}}`;
}

function invalid(why: string): PermanentFailure {
  return new PermanentFailure('ORDER_INVALID', `The order contradicts itself: ${why}.`);
}

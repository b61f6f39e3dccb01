import { exponentOf } from '../currencies.ts';
import { formatUnits, parseUnits } from '../decimal.ts';
import { defined, isJson, objectsIn, textAt, type Json } from '../json.ts';
import {
  articles,
  defaultCustomer,
  isScenario,
  scenarios,
  type ScenarioName,
} from './scenarios.ts';

/** A status an order had, and when the shop heard of it. */
export interface StatusChange {
  readonly status: string;
  readonly detail: string;
  readonly at: string;
  /** `shop` for its own steps, `gateway` for updates from outside. */
  readonly by: 'shop' | 'gateway';
  readonly key?: string;
}

/** An order as the shop keeps it. */
export interface ShopOrder {
  readonly orderNumber: string;
  readonly scenario: string;
  /** The body the order is sent with; the same at every repetition. */
  readonly order: Json;
  orderId?: string;
  paymentId?: string;
  paymentStatus?: string;
  status: string;
  history: StatusChange[];
}

/** What a checkout is asked for; everything has a default. */
export interface CheckoutRequest {
  readonly scenario: ScenarioName;
  readonly order: Json;
}

/** Raised when a checkout cannot be understood. */
export class CheckoutRefused extends Error {}

/** Makes the order of a checkout; totals are exact in the currency's minor unit. */
export function orderOf(
  body: Json,
  made: { shopId: string; orderNumber: string; placedAt: string },
): CheckoutRequest {
  const scenario = body['scenario'] ?? 'paid';
  if (!isScenario(scenario)) {
    throw new CheckoutRefused(`scenario is one of ${Object.keys(scenarios).join(', ')}.`);
  }
  const preset = scenarios[scenario];
  const currency = textAt(body, 'currency') ?? preset.currency;
  const exponent = exponentOf(currency);
  if (exponent === undefined) throw new CheckoutRefused('currency is not known to the shop.');
  const lines = linesOf(body, currency);
  const shipping = textAt(body, 'shippingTotal') ?? formatUnits(0n, exponent);
  const total = lines.reduce(
    (sum, line) =>
      sum + parseUnits(String(line['unitPrice']), exponent) * BigInt(Number(line['quantity'])),
    parseUnits(shipping, exponent),
  );
  const customer = isJson(body['customer']) ? body['customer'] : {};
  const email = 'email' in preset ? { email: preset.email } : {};
  return {
    scenario,
    order: defined({
      shopId: made.shopId,
      orderNumber: made.orderNumber,
      placedAt: made.placedAt,
      currency,
      customer: { ...defaultCustomer, ...email, ...customer },
      lines,
      shippingTotal: shipping,
      total: formatUnits(total, exponent),
      note: textAt(body, 'note'),
    }),
  };
}

function linesOf(body: Json, currency: string): Json[] {
  const asked = objectsIn(body['lines']);
  if (asked.length === 0) {
    return articles.slice(0, 2).map(({ sku, name, prices }) => {
      const unitPrice = prices[currency];
      if (unitPrice === undefined) throw new CheckoutRefused(`There is no price in ${currency}.`);
      return { sku, name, quantity: 1, unitPrice };
    });
  }
  return asked.map((line) => {
    const article = articles.find(({ sku }) => sku === line['sku']);
    const unitPrice = textAt(line, 'unitPrice') ?? article?.prices[currency];
    const quantity = line['quantity'] ?? 1;
    const isWhole = typeof quantity === 'number' && Number.isInteger(quantity) && quantity > 0;
    if (unitPrice === undefined || !isWhole) {
      throw new CheckoutRefused('A line needs a known sku or a unitPrice, and a quantity.');
    }
    const sku = textAt(line, 'sku') ?? 'MISC';
    return { sku, name: textAt(line, 'name') ?? article?.name ?? sku, quantity, unitPrice };
  });
}

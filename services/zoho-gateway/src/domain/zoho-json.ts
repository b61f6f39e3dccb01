/** JSON as Zoho speaks it, after reading: every number is kept as the text it was written in. */
export type ZohoValue = string | boolean | null | readonly ZohoValue[] | ZohoObject;

/** One JSON object of Zoho. */
export interface ZohoObject {
  readonly [key: string]: ZohoValue | undefined;
}

interface RawJson {
  rawJSON(text: string): unknown;
}

const decimalPattern = /^-?(?:0|[1-9]\d{0,17})(?:\.\d{1,15})?$/;

/** Fields whose values are numbers for Zoho; they travel as decimal strings inside Sluice. */
const numericFields = new Set([
  'adjustment',
  'amount',
  'amount_applied',
  'bank_charges',
  'discount',
  'exchange_rate',
  'initial_stock',
  'initial_stock_rate',
  'purchase_rate',
  'quantity',
  'rate',
  'shipping_charge',
  'tax_percentage',
]);

/**
 * Reads a reply of Zoho without ever making a float: numbers become the text they were sent as.
 *
 * @throws SyntaxError when the text is no JSON.
 */
export function readZohoJson(text: string): ZohoValue {
  return JSON.parse(text, keepNumberText) as ZohoValue;
}

function keepNumberText(
  _key: string,
  value: unknown,
  context?: { readonly source?: string },
): unknown {
  return typeof value === 'number' ? (context?.source ?? String(value)) : value;
}

/**
 * Writes a body for Zoho: decimal strings in numeric fields leave as JSON numbers, digit by digit.
 *
 * A numeric field that holds no plain decimal is left as it is; Zoho then says what it dislikes.
 */
export function writeZohoJson(body: unknown): string {
  return JSON.stringify(body, (key: string, value: unknown) =>
    typeof value === 'string' && numericFields.has(key) && decimalPattern.test(value)
      ? (JSON as unknown as RawJson).rawJSON(value)
      : value,
  );
}

/** The value as an object; an empty one when it is something else. */
export function asObject(value: ZohoValue | undefined): ZohoObject {
  return isObject(value) ? value : {};
}

/** The objects of a list; empty when the value is no list. */
export function asObjects(value: ZohoValue | undefined): readonly ZohoObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** The value as text; undefined when it is absent, empty or no text. */
export function asText(value: ZohoValue | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function isObject(value: ZohoValue | undefined): value is ZohoObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

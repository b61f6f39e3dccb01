/** A JSON value; the context, inputs and outputs of a run are nothing else. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

/** A JSON object. */
export interface JsonObject {
  readonly [name: string]: Json;
}

/** Whether a value is a JSON object, neither null nor an array. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Turns event data or the result of an expression into JSON.
 *
 * Money becomes `{ minor: "1250", currency: "EUR" }`. Another whole number stays a number where
 * a number can hold it exactly, and becomes a string where it cannot. Undefined becomes null.
 */
export function toJson(value: unknown): Json {
  if (value === null || value === undefined) return null;
  if (typeof value === 'bigint') return wholeNumber(value);
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return finiteNumber(value);
  if (Array.isArray(value)) return value.map(toJson);
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Map) return objectToJson(Object.fromEntries(value));
  if (typeof value === 'object') return objectToJson({ ...value });
  throw new TypeError(`A ${typeof value} has no place in JSON`);
}

/** Text of a JSON value with sorted names, so that equal values give equal text. */
export function canonicalText(value: Json): string {
  return JSON.stringify(value, (_name, inner: Json) =>
    isJsonObject(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

function objectToJson(value: Readonly<Record<string, unknown>>): JsonObject {
  const { minor, currency } = value;
  if (typeof minor === 'bigint' && typeof currency === 'string') {
    return { minor: minor.toString(), currency };
  }
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, toJson(inner)]));
}

function wholeNumber(value: bigint): Json {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value.toString();
}

function finiteNumber(value: number): number {
  if (!Number.isFinite(value)) throw new TypeError('JSON has only finite numbers');
  return value;
}

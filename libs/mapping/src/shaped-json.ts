import { isRecord } from './plain-value.ts';
import type { Shape } from './shape.ts';

const digitsPattern = /^-?\d{1,19}$/;

/**
 * Turns parsed JSON into the values of a shape: whole numbers and instants become bigint (from a
 * number or digits), money gets bigint minor units, absent fields with a default get it.
 *
 * Anything that does not fit is left as it is, so that a comparison shows it.
 */
export function reviveJson(shape: Shape, json: unknown): unknown {
  if (shape.kind === 'maybe') return json === null ? null : reviveJson(shape.of, json);
  if (shape.kind === 'whole' || shape.kind === 'instant') return reviveWhole(json);
  if (shape.kind === 'list') {
    return Array.isArray(json) ? json.map((item) => reviveJson(shape.items, item)) : json;
  }
  if (!isRecord(json)) return json;
  if (shape.kind === 'money') return { ...json, minor: reviveWhole(json['minor']) };
  if (shape.kind === 'map') {
    return Object.fromEntries(
      Object.entries(json).map(([key, value]) => [key, reviveJson(shape.values, value)]),
    );
  }
  if (shape.kind !== 'record') return json;
  const revived: Record<string, unknown> = { ...json };
  for (const [name, field] of shape.fields) {
    if (Object.hasOwn(json, name)) revived[name] = reviveJson(field.shape, json[name]);
    else if (field.fallback !== undefined) revived[name] = field.fallback();
  }
  return revived;
}

/** The value as JSON can carry it: bigint becomes a text of digits, at any depth. */
export function toPlainJson(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (Array.isArray(value)) return value.map(toPlainJson);
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, toPlainJson(part)]));
}

function reviveWhole(json: unknown): unknown {
  if (typeof json === 'string' && digitsPattern.test(json)) return BigInt(json);
  return Number.isSafeInteger(json) ? BigInt(json as number) : json;
}

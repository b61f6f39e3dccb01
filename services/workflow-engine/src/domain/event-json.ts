import type { Shape } from '@sluice/mapping';
import { toJson, type Json } from './json.ts';

/**
 * Turns the data of an event into JSON that people can read and flows can calculate with.
 *
 * Money is `{ minor: "1250", currency: "EUR" }`, an instant is ISO 8601 in UTC, and any other
 * whole number is a number where a number can hold it exactly.
 */
export function eventToJson(shape: Shape, data: unknown): Json {
  if (data === null || data === undefined) return null;
  if (shape.kind === 'maybe') return eventToJson(shape.of, data);
  if (shape.kind === 'instant' && typeof data === 'bigint') {
    return new Date(Number(data / 1_000n)).toISOString();
  }
  if (shape.kind === 'list' && Array.isArray(data)) {
    return data.map((item) => eventToJson(shape.items, item));
  }
  if (shape.kind !== 'record' || !isRecord(data)) return toJson(data);
  return Object.fromEntries(
    Object.entries(data).map(([name, value]) => {
      const field = shape.fields.get(name);
      return [name, field === undefined ? toJson(value) : eventToJson(field.shape, value)];
    }),
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

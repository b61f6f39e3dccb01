/** A JSON object as parsed, nothing known about its fields. */
export type JsonObject = Readonly<Record<string, unknown>>;

const textCharactersMax = 255;

/** The value as an object; an empty one for anything else, so that reading never throws. */
export function asObject(value: unknown): JsonObject {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? (value as JsonObject) : {};
}

/** The value as a list; an empty one for anything else. */
export function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The object at a path of field names; an empty one where the path ends early. */
export function objectAt(value: unknown, ...path: readonly string[]): JsonObject {
  let current = asObject(value);
  for (const name of path) current = asObject(current[name]);
  return current;
}

/**
 * Text or number of a field as text of at most 255 characters; empty for anything else.
 *
 * Control characters become blanks: Postgres takes no NUL, and nobody means any of them.
 */
export function textOf(value: unknown): string {
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'string') return '';
  return value.slice(0, textCharactersMax).replace(/\p{Cc}/gu, ' ');
}

/** JSON with the fields of every object in one order, so that equal values have equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(inOrder(value));
}

function inOrder(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(inOrder);
  // Without a prototype, a field named `__proto__` is a field like any other.
  const ordered = Object.create(null) as Record<string, unknown>;
  for (const name of Object.keys(value).toSorted()) {
    ordered[name] = inOrder((value as JsonObject)[name]);
  }
  return ordered;
}

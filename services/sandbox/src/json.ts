/** A JSON object whose fields are not known yet. */
export type Json = Record<string, unknown>;

/** Tells whether a value is a JSON object (neither null nor an array). */
export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object at a dotted path, or an empty object when there is none. */
export function objectAt(value: unknown, path: string): Json {
  const found = valueAt(value, path);
  return isJson(found) ? found : {};
}

/** The text at a dotted path, or undefined when it is absent, empty or not a text. */
export function textAt(value: unknown, path: string): string | undefined {
  const found = valueAt(value, path);
  return typeof found === 'string' && found !== '' ? found : undefined;
}

/** The value at a dotted path, or undefined. */
export function valueAt(value: unknown, path: string): unknown {
  let current: unknown = value;
  for (const name of path.split('.')) {
    if (!isJson(current)) return undefined;
    current = current[name];
  }
  return current;
}

/** The objects of a JSON array; anything else in it is left out. */
export function objectsIn(value: unknown): Json[] {
  return Array.isArray(value) ? value.filter(isJson) : [];
}

/** Leaves out the fields whose value is undefined, so that a record stores only what is known. */
export function defined(value: Json): Json {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined));
}

/** A JSON scalar as text; anything else, also nothing, is an empty text. */
export function scalarText(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

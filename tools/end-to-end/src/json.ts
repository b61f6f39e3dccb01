/** An object read from outside, of no trusted shape. */
export type Json = Readonly<Record<string, unknown>>;

/** The value at a dotted path, or undefined. */
export function at(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((inner, name) => {
    const isObject = typeof inner === 'object' && inner !== null;
    return isObject ? (inner as Json)[name] : undefined;
  }, value);
}

/** The list at a dotted path; empty when there is none. */
export function listAt(value: unknown, path: string): readonly Json[] {
  const found = at(value, path);
  return Array.isArray(found) ? (found as Json[]) : [];
}

/** A value of a ledger or a table as text; what is no text, number or truth value is empty. */
export function textOf(value: unknown): string {
  const isPlain = ['string', 'number', 'bigint', 'boolean'].includes(typeof value);
  return isPlain ? String(value) : '';
}

/** Minor units as a whole number; what is absent counts as 0. */
export function minorOf(value: unknown): bigint {
  return BigInt(textOf(value) || '0');
}

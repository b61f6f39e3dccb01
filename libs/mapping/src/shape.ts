/** What a value looks like, as far as a mapping must know. */
export type Shape =
  | { readonly kind: 'any' | 'text' | 'whole' | 'number' | 'flag' | 'instant' | 'money' }
  | { readonly kind: 'list'; readonly items: Shape }
  | { readonly kind: 'map'; readonly values: Shape }
  | { readonly kind: 'maybe'; readonly of: Shape }
  | RecordShape;

/** A record with a closed set of fields. */
export interface RecordShape {
  readonly kind: 'record';
  readonly name: string;
  readonly fields: ReadonlyMap<string, FieldShape>;
}

/** One field of a record. */
export interface FieldShape {
  readonly shape: Shape;
  /** Present when the field may be left out; a function, so that no default is shared. */
  readonly fallback?: () => unknown;
}

/** Free form: nothing is known, everything is checked when the value is there. */
export const anyShape: Shape = { kind: 'any' };
/** Text. */
export const textShape: Shape = { kind: 'text' };

/** How a fault names a shape. */
export function describeShape(shape: Shape): string {
  if (shape.kind === 'list') return `list of ${describeShape(shape.items)}`;
  if (shape.kind === 'map') return `map of ${describeShape(shape.values)}`;
  if (shape.kind === 'maybe') return `${describeShape(shape.of)} or nothing`;
  return shape.kind === 'record' ? shape.name : shape.kind;
}

/** True when every value of `from` is a value of `to`, as far as is known before running. */
export function isAssignable(from: Shape, to: Shape): boolean {
  if (from.kind === 'any' || to.kind === 'any') return true;
  if (to.kind === 'maybe') return isAssignable(from.kind === 'maybe' ? from.of : from, to.of);
  if (from.kind === 'list' && to.kind === 'list') return isAssignable(from.items, to.items);
  if (from.kind === 'map' && to.kind === 'map') return isAssignable(from.values, to.values);
  if (from.kind === 'record' && to.kind === 'record') return isRecordAssignable(from, to);
  return from.kind === to.kind;
}

function isRecordAssignable(from: RecordShape, to: RecordShape): boolean {
  if (from.name === to.name) return true;
  return [...to.fields].every(([name, field]) => {
    const given = from.fields.get(name);
    return given === undefined
      ? field.fallback !== undefined
      : isAssignable(given.shape, field.shape);
  });
}

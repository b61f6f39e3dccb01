import { describeShape, type Shape } from './shape.ts';

/** What a rule reads from: the whole source, and the element of the innermost `each`. */
export interface Scope {
  readonly root: unknown;
  readonly item: unknown;
}

/** Shapes of the scope, for checks before anything runs. */
export interface ScopeShape {
  readonly root: Shape;
  readonly item: Shape;
}

/** A compiled path. */
export interface CompiledPath {
  readonly shape: Shape;
  /** The value, or undefined where any part of the path is missing or null. */
  readonly read: (scope: Scope) => unknown;
}

const segmentPattern = /^[A-Za-z0-9_-]{1,64}$/;
const segmentsMax = 16;

/**
 * Compiles a dotted path such as `customer.email`.
 *
 * A path reads from the element of the innermost `each`, or from the whole source outside of
 * one; a number counts into a list, from 0; a leading slash always means the whole source; a lone dot is the element itself.
 * Gives a sentence instead, when the path is malformed or the known shape has no such field.
 */
export function compilePath(path: string, shapes: ScopeShape): CompiledPath | string {
  const isAbsolute = path.startsWith('/');
  const rest = isAbsolute ? path.slice(1) : path;
  const segments = rest === '.' || (isAbsolute && rest === '') ? [] : rest.split('.');
  if (segments.length > segmentsMax || !segments.every((part) => segmentPattern.test(part))) {
    return `${path} is not a path of names separated by dots`;
  }
  const shape = shapeAt(isAbsolute ? shapes.root : shapes.item, segments);
  if (typeof shape === 'string') return `${path}: ${shape}`;
  return { shape, read: readerOf(isAbsolute, segments) };
}

/** The shape behind the segments, or a sentence that says which one does not exist. */
export function shapeAt(start: Shape, segments: readonly string[]): Shape | string {
  let shape = start;
  let isMaybe = false;
  for (const segment of segments) {
    if (shape.kind === 'maybe') {
      isMaybe = true;
      shape = shape.of;
    }
    const next = step(shape, segment);
    if (next === undefined) return `${describeShape(shape)} has no ${segment}`;
    if (shape.kind === 'map' || shape.kind === 'list') isMaybe = true;
    shape = next;
  }
  return isMaybe && shape.kind !== 'maybe' && shape.kind !== 'any'
    ? { kind: 'maybe', of: shape }
    : shape;
}

function step(shape: Shape, segment: string): Shape | undefined {
  if (shape.kind === 'any') return shape;
  if (shape.kind === 'record') return shape.fields.get(segment)?.shape;
  if (shape.kind === 'map') return shape.values;
  if (shape.kind === 'list' && /^\d+$/.test(segment)) return shape.items;
  if (shape.kind !== 'money') return undefined;
  if (segment === 'currency') return { kind: 'text' };
  return segment === 'minor' ? { kind: 'whole' } : undefined;
}

function readerOf(isAbsolute: boolean, segments: readonly string[]): (scope: Scope) => unknown {
  const [only] = segments;
  if (segments.length === 1 && only !== undefined) {
    return isAbsolute ? (scope) => own(scope.root, only) : (scope) => own(scope.item, only);
  }
  return (scope) => {
    let value = isAbsolute ? scope.root : scope.item;
    for (const segment of segments) value = own(value, segment);
    return value ?? undefined;
  };
}

function own(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[key] ?? undefined;
}

import type { Node } from 'yaml';
import { isRecord } from './plain-value.ts';
import { describeShape, type Shape } from './shape.ts';
import type { YamlFile } from './yaml-file.ts';

/** A constant of a document as a value of the shape; a fault when it does not fit. */
export function literalIn(
  yaml: YamlFile,
  node: Node | undefined,
  shape: Shape,
): { readonly value: unknown } | undefined {
  const value = fit(yaml.plain(node), shape);
  if (value !== undefined) return { value };
  const hint = shape.kind === 'any' ? ' (write decimals as text)' : '';
  yaml.fault(node, `The constant does not fit: wanted is ${describeShape(shape)}${hint}`);
  return undefined;
}

function fit(value: unknown, shape: Shape): unknown {
  if (shape.kind === 'maybe') return value === null ? null : fit(value, shape.of);
  if (shape.kind === 'any') return hasFraction(value) ? undefined : value;
  if (shape.kind === 'text') return typeof value === 'string' ? value : undefined;
  if (shape.kind === 'flag') return typeof value === 'boolean' ? value : undefined;
  if (shape.kind === 'whole')
    return Number.isSafeInteger(value) ? BigInt(Number(value)) : undefined;
  if (shape.kind === 'number') return typeof value === 'number' ? value : undefined;
  if (shape.kind !== 'list' || !Array.isArray(value)) return undefined;
  const items = value.map((item) => fit(item, shape.items));
  return items.includes(undefined) ? undefined : items;
}

function hasFraction(value: unknown): boolean {
  if (typeof value === 'number') return !Number.isSafeInteger(value);
  if (Array.isArray(value)) return value.some(hasFraction);
  return isRecord(value) && Object.values(value).some(hasFraction);
}

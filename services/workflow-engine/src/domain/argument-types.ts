import { isJsonObject, type Json } from './json.ts';

const words: Readonly<Record<string, string>> = {
  string: 'a text',
  object: 'an object',
  array: 'a list',
  boolean: 'true or false',
  number: 'a number',
};

/** Whether a value has a type of the catalogue, for example `string` or `object?`. */
export function matchesType(value: Json, type: string): boolean {
  if (type.endsWith('?')) return value === null || matchesType(value, type.slice(0, -1));
  if (type === 'object') return isJsonObject(value);
  if (type === 'array') return Array.isArray(value);
  return typeof value === type;
}

/** A type of the catalogue in words. */
export function describeArgument(type: string): string {
  const word = words[type.replace('?', '')] ?? type;
  return type.endsWith('?') ? `${word} or nothing` : word;
}

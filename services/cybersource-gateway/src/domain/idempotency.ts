import { createHash } from 'node:crypto';
import { canonicalJson } from './json-fields.ts';

const keyPattern = /^[\x21-\x7e]{1,255}$/;

/** True for 1 to 255 visible ASCII characters. */
export function isIdempotencyKey(text: string | undefined): text is string {
  return text !== undefined && keyPattern.test(text);
}

/** Hash of a body that does not depend on the order of its fields. */
export function bodyHashOf(body: unknown): string {
  return createHash('sha256').update(canonicalJson(body)).digest('hex');
}

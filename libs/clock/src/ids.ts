import { hash } from 'node:crypto';
import { monotonicFactory } from 'ulid';

const nextUlid = monotonicFactory();

/** A new ULID: sortable by time, and monotonic within this process. */
export function newId(): string {
  return nextUlid();
}

/**
 * An id that follows from its parts: the same parts always give the same 32 hex digits.
 *
 * Parts are length-prefixed, so that ('ab', 'c') and ('a', 'bc') differ.
 */
export function deriveId(...parts: readonly string[]): string {
  let text = '';
  for (const part of parts) text += `${Buffer.byteLength(part)}:${part}`;
  return hash('sha256', text).slice(0, 32);
}

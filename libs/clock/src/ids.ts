import { hash } from 'node:crypto';
import { monotonicFactory } from 'ulid';

/** Twelve digits in a row can pass for a card number: whatever carries them is refused for ever. */
const digitRun = /\d{12}/;

/** Makes ids of ULIDs, leaving out those that can pass for a card number. */
export function idMaker(nextUlid: (timeMs?: number) => string): () => string {
  return () => {
    let id = nextUlid();
    // Within its millisecond the next one would differ in the last digits only.
    for (let aheadMs = 1; digitRun.test(id); aheadMs += 1) id = nextUlid(Date.now() + aheadMs);
    return id;
  };
}

/** A new ULID: sortable by time, and monotonic within this process. */
export const newId = idMaker(monotonicFactory());

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

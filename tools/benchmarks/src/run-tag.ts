import { randomBytes } from 'node:crypto';

/** Begins the keys of one run, so that no inbox has ever seen its events. */
export function runTag(): string {
  return randomBytes(4).toString('hex');
}

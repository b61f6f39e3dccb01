import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Passwords and keys of one stack: made once at random, kept in files that only their owner can read.
 *
 * They live as long as the data they open: `reset` removes both together.
 */
export class SecretFiles {
  private readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** The secret of that name; made when it is asked for the first time. */
  get(name: string, make: () => string = randomHex): string {
    const file = join(this.folder, name);
    if (existsSync(file)) return readFileSync(file, 'utf8');
    const value = make();
    writeFileSync(file, value, { mode: 0o600, flag: 'wx' });
    return value;
  }
}

/** 192 bits, safe in URLs and command lines. */
export function randomHex(): string {
  return randomBytes(24).toString('hex');
}

/** A 256-bit key as Cybersource hands them out. */
export function randomBase64Key(): string {
  return randomBytes(32).toString('base64');
}

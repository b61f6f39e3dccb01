import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { identify } from './process-identity.ts';

const folder = join(tmpdir(), `sluice-ports-${process.getuid?.() ?? 'all'}`);
const claimed = new Set<string>();

/** Promises a port to this process until it ends; false when another living process of this user has it. */
export function claimPort(port: number): boolean {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, String(port));
  removeDead(file);
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
  if (claimed.size === 0) process.once('exit', releaseClaims);
  claimed.add(file);
  return true;
}

/** A claim that cannot be read is being written just now, so that it counts. */
function removeDead(file: string): void {
  const owner = Number(readText(file) || Number.NaN);
  if (Number.isSafeInteger(owner) && identify(owner) === undefined) rmSync(file, { force: true });
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function releaseClaims(): void {
  for (const file of claimed) rmSync(file, { force: true });
}

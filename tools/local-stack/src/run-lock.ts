import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { identify, isRunning, type ProcessIdentity } from './process-identity.ts';
import { StackFailure } from './stack-failure.ts';

/** A lock that says which process runs the stack of a folder. */
export interface RunLock {
  /** True when an earlier owner died without releasing the lock. */
  readonly wasStale: boolean;
  release(): void;
}

const lockFile = (runFolder: string): string => join(runFolder, 'lock');

/** Takes the lock of a stack, also from an owner that is dead. Throws when the owner lives. */
export function takeLock(runFolder: string): RunLock {
  const file = lockFile(runFolder);
  const wasStale = removeStale(runFolder);
  try {
    writeFileSync(file, JSON.stringify(identify(process.pid)), { flag: 'wx' });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') {
      throw alreadyRunning(readOwner(runFolder)?.pid);
    }
    throw error;
  }
  return { wasStale, release: () => rmSync(file, { force: true }) };
}

function removeStale(runFolder: string): boolean {
  const file = lockFile(runFolder);
  const content = readText(file);
  if (content === undefined) return false;
  const owner = lockOwner(runFolder);
  if (owner !== undefined) throw alreadyRunning(owner.pid);
  rmSync(file, { force: true });
  return true;
}

/** The living owner of a stack's lock, or nothing. */
export function lockOwner(runFolder: string): ProcessIdentity | undefined {
  const owner = readOwner(runFolder);
  return owner !== undefined && isRunning(owner) ? owner : undefined;
}

function readOwner(runFolder: string): ProcessIdentity | undefined {
  try {
    const owner: unknown = JSON.parse(readText(lockFile(runFolder)) ?? 'null');
    if (typeof owner !== 'object' || owner === null) return undefined;
    const { pid, startedMark } = owner as Record<string, unknown>;
    return typeof pid === 'number' && typeof startedMark === 'string'
      ? { pid, startedMark }
      : undefined;
  } catch {
    // A lock that cannot be read was cut short by the death of its owner.
    return undefined;
  }
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function alreadyRunning(pid: number | undefined): StackFailure {
  const owner = pid === undefined ? '' : ` (process ${pid})`;
  return new StackFailure(
    'already-running',
    `The local stack of this checkout is running already${owner}. ` +
      'See it with `npm run status`, or end it with `npm stop` and start again.',
  );
}

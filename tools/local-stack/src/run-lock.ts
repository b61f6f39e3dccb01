import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
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
  const whole = `${file}.${process.pid}.part`;
  writeFileSync(whole, JSON.stringify(identify(process.pid)));
  try {
    // A link appears with all its content: nobody reads a lock of which half is written, and takes it for stale.
    linkSync(whole, file);
  } catch (error) {
    if (isCode(error, 'EEXIST')) throw alreadyRunning(readOwner(runFolder)?.pid);
    throw error;
  } finally {
    rmSync(whole, { force: true });
  }
  return { wasStale, release: () => rmSync(file, { force: true }) };
}

function removeStale(runFolder: string): boolean {
  const file = lockFile(runFolder);
  const content = readText(file);
  if (content === undefined) return false;
  const owner = lockOwner(runFolder);
  if (owner !== undefined) throw alreadyRunning(owner.pid);
  return removeIfStill(file, content);
}

/** Removes the lock that was looked at, and no other: meanwhile another start may have put its own in that place. */
function removeIfStill(file: string, content: string): boolean {
  const aside = `${file}.${process.pid}.stale`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if (isCode(error, 'ENOENT')) return true;
    throw error;
  }
  try {
    if (readText(aside) !== content) linkSync(aside, file);
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error;
  } finally {
    rmSync(aside, { force: true });
  }
  return true;
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
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

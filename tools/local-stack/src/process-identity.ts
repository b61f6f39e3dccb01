import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A process told apart from a later one that got the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it was started, in the words of the operating system; compared, never parsed. */
  readonly startedMark: string;
}

/** Identifies a running process, or nothing when there is none of that number. */
export function identify(pid: number): ProcessIdentity | undefined {
  const startedMark = startedMarkOf(pid);
  return startedMark === undefined ? undefined : { pid, startedMark };
}

/** Says whether this very process still runs; another one under the same number does not count. */
export function isRunning(identity: ProcessIdentity): boolean {
  return startedMarkOf(identity.pid) === identity.startedMark;
}

function startedMarkOf(pid: number): string | undefined {
  return process.platform === 'linux' ? markFromProc(pid) : markFromPs(pid);
}

function markFromProc(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command stands in parentheses and may hold spaces, so fields are counted from the last one.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const isZombie = fields[0] === 'Z';
    return isZombie ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

function markFromPs(pid: number): string | undefined {
  try {
    const args = ['-o', 'lstart=', '-p', String(pid)];
    const mark = execFileSync('ps', args, { encoding: 'utf8', stdio: 'pipe' }).trim();
    return mark === '' ? undefined : mark;
  } catch {
    return undefined;
  }
}

/** Ends a process that is not our child: asks first, then insists. Resolves when it is gone. */
export async function endProcess(
  identity: ProcessIdentity,
  options: { readonly signal?: NodeJS.Signals; readonly graceMs?: number } = {},
): Promise<void> {
  const deadlineMs = Date.now() + (options.graceMs ?? 10_000);
  send(identity, options.signal ?? 'SIGTERM');
  while (isRunning(identity)) {
    if (Date.now() > deadlineMs) send(identity, 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function send(identity: ProcessIdentity, signal: NodeJS.Signals): void {
  try {
    if (isRunning(identity)) process.kill(identity.pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

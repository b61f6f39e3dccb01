import { spawn } from 'node:child_process';

const outputCharsMax = 1024 * 1024;

/** One call of a program that does its work and ends. */
export interface ToolCall {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** After this time the program is killed, with everything it has started. */
  readonly timeoutMs: number;
  /** Kills it earlier. */
  readonly signal?: AbortSignal | undefined;
}

/** How a call came out. */
export interface ToolOutcome {
  /** The exit code; null when the program was killed. */
  readonly code: number | null;
  /** What it printed, on both ways; of very much only the end. */
  readonly output: string;
  readonly isTimedOut: boolean;
}

/**
 * Runs a program to its end and never longer than its time.
 *
 * It gets a process group of its own: a start script that hangs is ended together with what it has started.
 *
 * @throws the error of the operating system when the program cannot be started at all.
 */
export async function callTool(call: ToolCall): Promise<ToolOutcome> {
  const { command, args, env, cwd, timeoutMs, signal } = call;
  signal?.throwIfAborted();
  const child = spawn(command, args, {
    env,
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let output = '';
  const keep = (text: string): void => void (output = (output + text).slice(-outputCharsMax));
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', keep);
  const kill = (): void => endGroup(child.pid);
  let isTimedOut = false;
  const timer = setTimeout(() => {
    isTimedOut = true;
    kill();
  }, timeoutMs);
  signal?.addEventListener('abort', kill, { once: true });
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    return { code, output, isTimedOut };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', kill);
  }
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended in the meantime.
  }
}

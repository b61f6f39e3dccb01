import { spawn } from 'node:child_process';
import { closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chosenStackFolder } from './command-line.ts';
import { prepareFolders } from './folders.ts';
import { lockOwner } from './run-lock.ts';
import { StackFailure } from './stack-failure.ts';
import { readStackState } from './stack-state.ts';
import type { StartOptions } from './start-options.ts';

const pollMs = 100;

/** Starts a process of its own that runs the stack, shows what it says, and returns when all is ready. */
export async function startDetached(args: readonly string[], options: StartOptions): Promise<void> {
  const folders = prepareFolders(chosenStackFolder());
  const owner = lockOwner(folders.run);
  if (owner !== undefined) {
    throw new StackFailure(
      'already-running',
      `The local stack of this checkout is running already (process ${owner.pid}). ` +
        'See it with `npm run status`, or end it with `npm stop` and start again.',
    );
  }
  const program = fileURLToPath(new URL('start.ts', import.meta.url));
  const own = args.filter((arg) => arg !== '--detach' && arg !== '--json');
  const logFile = join(folders.logs, 'stack.log');
  const log = openSync(logFile, 'w');
  const child = spawn(process.execPath, [program, ...own], {
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  const exit = new Promise<number>((resolve) => child.once('exit', (code) => resolve(code ?? 1)));
  const output = options.isJson ? process.stderr : process.stdout;
  const showLog = followFile(logFile, (text) => output.write(text));
  const outcome = await Promise.race([exit, readiness(folders.run, child.pid)]);
  showLog();
  if (typeof outcome === 'number') {
    process.exitCode = outcome === 0 ? 1 : outcome;
    return;
  }
  child.unref();
  const state = readStackState(folders.run);
  if (options.isJson) process.stdout.write(`${JSON.stringify(state, undefined, 2)}\n`);
}

async function readiness(runFolder: string, pid: number | undefined): Promise<'ready'> {
  for (;;) {
    const state = readStackState(runFolder);
    if (state?.phase === 'ready' && state.owner.pid === pid) return 'ready';
    await new Promise((resolve) => setTimeout(resolve, pollMs).unref());
  }
}

/** Hands on what is added to a file until the returned function is called, which hands on the rest. */
function followFile(file: string, onText: (text: string) => void): () => void {
  const input = openSync(file, 'r');
  const chunk = Buffer.alloc(64 * 1024);
  const read = (): void => {
    for (;;) {
      const length = readSync(input, chunk, 0, chunk.length, null);
      if (length === 0) return;
      onText(chunk.toString('utf8', 0, length));
    }
  };
  const timer = setInterval(read, pollMs);
  return () => {
    clearInterval(timer);
    read();
    closeSync(input);
  };
}

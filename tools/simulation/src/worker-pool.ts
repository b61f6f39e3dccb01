import { type ChildProcess, fork } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  defaultStackFolder,
  removeDeadStacks,
  type RunningStack,
  startStack,
} from '@sluice/local-stack';
import pg from 'pg';
import type { SeedReport, WorkerMessage } from './protocol.ts';

const prefix = 'simulation-';
const realMsMax = 180_000;

/** Nothing of a simulation needs to survive a power failure, and nothing may happen at instants of its own. */
const settings = [
  'fsync = off',
  'full_page_writes = off',
  'synchronous_commit = off',
  'autovacuum = off',
  'track_counts = off',
  'track_activities = off',
  `checkpoint_timeout = '1h'`,
  `max_wal_size = '4GB'`,
];

/** Seeds that are still to be run. */
export interface SeedSource {
  /** The next seed, or undefined when no more is wanted. */
  next(): number | undefined;
  done(report: SeedReport): void;
}

/** PostgreSQL servers with nobody else on them, one for each worker. */
export class Servers {
  readonly #stacks: readonly RunningStack[];

  private constructor(stacks: readonly RunningStack[]) {
    this.#stacks = stacks;
  }

  get urls(): readonly string[] {
    return this.#stacks.map(({ databaseUrl }) => databaseUrl);
  }

  static async start(count: number, signal: AbortSignal): Promise<Servers> {
    await removeDeadStacks(defaultStackFolder, prefix);
    const starting = Array.from({ length: count }, async (_, number) => {
      const dir = join(defaultStackFolder, `${prefix}${process.pid}-${number}`);
      const stack = await startStack({ dir, parts: ['postgres'], signal });
      await configure(stack.databaseUrl);
      return stack;
    });
    const started = await Promise.allSettled(starting);
    const stacks = started.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    const failed = started.find((each) => each.status === 'rejected');
    const servers = new Servers(stacks);
    if (failed === undefined) return servers;
    await servers.stop();
    throw failed.reason;
  }

  async stop(): Promise<void> {
    for (const stack of this.#stacks) {
      await stack.stop();
      rmSync(stack.home.folders.root, { recursive: true, force: true });
    }
  }
}

/** Runs seeds in one worker process per server until there are no more. */
export async function runSeeds(
  program: { readonly file: string; readonly isTold: boolean },
  servers: Servers,
  work: { readonly source: SeedSource; readonly signal: AbortSignal },
): Promise<void> {
  const workers = servers.urls.map((url) => runWorker(program, url, work));
  await Promise.all(workers);
}

function runWorker(
  { file, isTold }: { readonly file: string; readonly isTold: boolean },
  databaseUrl: string,
  { source, signal }: { readonly source: SeedSource; readonly signal: AbortSignal },
): Promise<void> {
  const worker = fork(file, {
    env: { ...process.env, DATABASE_URL: databaseUrl },
    execArgv: ['--enable-source-maps'],
  });
  const kill = (): void => void worker.kill('SIGKILL');
  signal.addEventListener('abort', kill, { once: true });
  return new Promise<void>((resolve, reject) => {
    const watch = new Watch(worker);
    let seed: number | undefined;
    worker.on('message', (message: WorkerMessage) => {
      if (message.kind === 'report') source.done(message.report);
      seed = signal.aborted ? undefined : source.next();
      watch.start();
      worker.send(seed === undefined ? { kind: 'end' } : { kind: 'seed', seed, isTold });
    });
    worker.once('error', reject);
    worker.once('exit', (code) => {
      watch.stop();
      signal.removeEventListener('abort', kill);
      if (code === 0 || signal.aborted) resolve();
      else reject(new Error(`The worker ended with ${code ?? 'a signal'} at seed ${seed ?? '-'}.`));
    });
  });
}

/** Ends a worker that gets nowhere. */
class Watch {
  readonly #worker: ChildProcess;
  #timer: NodeJS.Timeout | undefined;

  constructor(worker: ChildProcess) {
    this.#worker = worker;
  }

  start(): void {
    this.stop();
    this.#timer = setTimeout(() => this.#worker.kill('SIGKILL'), realMsMax);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}

async function configure(databaseUrl: string): Promise<void> {
  const admin = new pg.Client({ connectionString: databaseUrl });
  await admin.connect();
  try {
    for (const setting of settings) await admin.query(`alter system set ${setting}`);
    await admin.query('select pg_reload_conf()');
  } finally {
    await admin.end();
  }
}

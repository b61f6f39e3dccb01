import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { identify, type ProcessIdentity } from './process-identity.ts';
import { StackFailure } from './stack-failure.ts';

/** How to run one program of the stack. */
export interface ProcessPlan {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly logFile: string;
  /** Asked again and again until it says true. It must not throw. */
  readonly isReady: () => Promise<boolean>;
  /** @default 60_000 */
  readonly readyTimeoutMs?: number;
  /** @default SIGTERM */
  readonly stopSignal?: NodeJS.Signals;
  /** How long a stop may take before the program is killed. @default 15_000 */
  readonly stopTimeoutMs?: number;
  /** The user the program runs as, when it refuses to run as root. */
  readonly user?: { readonly uid: number; readonly gid: number };
}

const readyPollMs = 50;
const logTailLines = 5;
const logTailCharsMax = 600;

/**
 * One program of the stack: started, watched, stopped.
 *
 * It runs in a process group of its own, so that Ctrl-C in a terminal reaches only us and the order of stopping holds.
 * Its output goes straight to its log file, so it lives on when we die, and the next start finds and ends it.
 */
export class ManagedProcess {
  readonly plan: ProcessPlan;
  /** Told when the program ends without having been asked to. */
  onUnexpectedExit: (reason: string) => void = () => undefined;
  /** Told the process id after every launch, before the program is ready. */
  onLaunch: (pid: number) => void = () => undefined;

  private child: ChildProcess | undefined;
  private exited: Promise<void> = Promise.resolve();
  private isStopping = false;
  private exitReason: string | undefined;

  constructor(plan: ProcessPlan) {
    this.plan = plan;
  }

  get name(): string {
    return this.plan.name;
  }

  get isAlive(): boolean {
    return this.child !== undefined && this.exitReason === undefined;
  }

  /** The running program, or nothing while it is stopped. */
  get identity(): ProcessIdentity | undefined {
    return this.isAlive && this.child?.pid !== undefined ? identify(this.child.pid) : undefined;
  }

  /** Starts the program and waits until it is ready; a program that ends before is a failure. */
  async start(): Promise<void> {
    this.launch();
    const deadlineMs = Date.now() + (this.plan.readyTimeoutMs ?? 60_000);
    while (!(await this.plan.isReady())) {
      if (this.exitReason !== undefined) throw this.failure(`ended at once (${this.exitReason})`);
      if (this.isStopping) throw this.failure('was stopped before it was ready');
      if (Date.now() > deadlineMs) throw this.failure('did not get ready in time');
      await new Promise((resolve) => setTimeout(resolve, readyPollMs));
    }
    if (this.exitReason !== undefined) throw this.failure(`ended at once (${this.exitReason})`);
  }

  /** Asks the program to end and waits for it; past its time limit it is killed. Safe to repeat. */
  async stop(): Promise<void> {
    this.isStopping = true;
    if (!this.isAlive) return;
    this.child?.kill(this.plan.stopSignal ?? 'SIGTERM');
    // A program that a test has halted would not hear of it.
    if (process.platform !== 'win32') this.child?.kill('SIGCONT');
    const killTimer = setTimeout(
      () => this.child?.kill('SIGKILL'),
      this.plan.stopTimeoutMs ?? 15_000,
    );
    await this.exited;
    clearTimeout(killTimer);
  }

  /** Sends a signal and waits for the end when the signal cannot be refused; for tests of crashes. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    if (signal === 'SIGKILL') this.isStopping = true;
    this.child?.kill(signal);
    if (signal === 'SIGKILL') await this.exited;
  }

  private launch(): void {
    const { plan } = this;
    const log = openSync(plan.logFile, 'a');
    this.isStopping = false;
    this.exitReason = undefined;
    const child = spawn(plan.command, plan.args, {
      cwd: plan.cwd,
      env: plan.env,
      stdio: ['ignore', log, log],
      detached: true,
      ...plan.user,
    });
    closeSync(log);
    this.child = child;
    if (child.pid !== undefined) this.onLaunch(child.pid);
    this.exited = new Promise((resolve) => {
      const ended = (reason: string): void => {
        this.exitReason ??= reason;
        resolve();
        if (!this.isStopping) this.onUnexpectedExit(reason);
      };
      child.once('error', (error) => ended(error.message));
      child.once('exit', (code, signal) => ended(signal ?? `exit code ${code}`));
    });
  }

  private failure(what: string): StackFailure {
    const tail = lastLines(this.plan.logFile);
    const said = tail === '' ? '' : ` Its last words: ${tail}`;
    return new StackFailure(
      'part-failed',
      `${this.name} ${what}. Its log is ${this.plan.logFile}.${said}`,
    );
  }
}

function lastLines(file: string): string {
  try {
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n').slice(-logTailLines);
    return lines.map(wordsOf).join(' | ').slice(-logTailCharsMax);
  } catch {
    return '';
  }
}

/** What a line of a log says: of our own services, which log JSON, the message without its stack. */
function wordsOf(line: string): string {
  try {
    const { msg } = JSON.parse(line) as { readonly msg?: unknown };
    return typeof msg === 'string' ? (msg.split('\n')[0] ?? '') : line;
  } catch {
    return line;
  }
}

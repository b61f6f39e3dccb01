import { fork, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';

/** How to run one of the benchmark's own programs. */
export interface ProgramPlan {
  readonly name: string;
  /** The built file. */
  readonly file: string;
  readonly env: Readonly<Record<string, string>>;
  readonly logFile: string;
}

type Reply = { readonly ready: Record<string, unknown> } | CallReply;

interface CallReply {
  readonly call: number;
  readonly output?: unknown;
  readonly error?: string;
}

interface OpenCall {
  readonly resolve: (output: unknown) => void;
  readonly reject: (error: Error) => void;
}

const readyTimeoutMs = 60_000;
const callTimeoutMs = 180_000;
const stopTimeoutMs = 10_000;

/** A program in a process of its own, asked over Node's channel between processes. */
export class Program {
  readonly plan: ProgramPlan;
  private child: ChildProcess;
  private exited = Promise.resolve();
  private readonly open = new Map<number, OpenCall>();
  private ready = Promise.withResolvers<Record<string, unknown>>();
  private calls = 0;

  private constructor(plan: ProgramPlan) {
    this.plan = plan;
    this.child = this.launch();
  }

  /** Starts the program and waits until it says that it is ready; told what it says. */
  static async start(
    plan: ProgramPlan,
  ): Promise<{ readonly program: Program; readonly ready: Readonly<Record<string, unknown>> }> {
    const program = new Program(plan);
    try {
      const ready = await within(program.ready.promise, readyTimeoutMs, `${plan.name} to be ready`);
      return { program, ready };
    } catch (error) {
      await program.stop();
      throw error;
    }
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Ends the program as a crash does. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.exited;
  }

  /** Starts the program that has ended once more, in a new process, and waits until it is ready. */
  async restart(): Promise<void> {
    this.ready = Promise.withResolvers();
    this.child = this.launch();
    await within(this.ready.promise, readyTimeoutMs, `${this.plan.name} to be ready`);
  }

  /** Asks the program for something and waits for the answer, bounded. */
  async call<T>(name: string, input: unknown = {}): Promise<T> {
    this.calls += 1;
    const call = this.calls;
    const answer = new Promise<unknown>((resolve, reject) => {
      this.open.set(call, { resolve, reject });
    });
    this.child.send({ call, name, input });
    const output = await within(answer, callTimeoutMs, `${this.plan.name} to ${name}`);
    return output as T;
  }

  /** Asks the program to end and insists after a while. Safe to repeat. */
  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill('SIGTERM');
    const timer = setTimeout(() => this.child.kill('SIGKILL'), stopTimeoutMs);
    await this.exited;
    clearTimeout(timer);
  }

  private launch(): ChildProcess {
    const { plan } = this;
    const log = openSync(plan.logFile, 'a');
    const child = fork(plan.file, [], {
      env: { ...process.env, ...plan.env },
      execArgv: ['--enable-source-maps'],
      stdio: ['ignore', log, log, 'ipc'],
      // Ctrl-C reaches only us, so that programs end in our order.
      detached: true,
    });
    closeSync(log);
    child.on('message', (message) => this.receive(message as Reply));
    this.exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        this.fail(`${plan.name} ended (${signal ?? `exit code ${code}`}); see ${plan.logFile}`);
        resolve();
      });
    });
    return child;
  }

  private receive(message: Reply): void {
    if ('ready' in message) return this.ready.resolve(message.ready);
    const waiting = this.open.get(message.call);
    this.open.delete(message.call);
    if (message.error === undefined) waiting?.resolve(message.output);
    else waiting?.reject(new Error(`${this.plan.name}: ${message.error}`));
  }

  private fail(reason: string): void {
    this.ready.promise.catch(() => undefined);
    this.ready.reject(new Error(reason));
    for (const { reject } of this.open.values()) reject(new Error(reason));
    this.open.clear();
  }
}

async function within<T>(promise: Promise<T>, timeoutMs: number, what: string): Promise<T> {
  const timeout = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => timeout.reject(new Error(`Waited ${timeoutMs} ms in vain for ${what}.`)),
    timeoutMs,
  );
  try {
    return await Promise.race([promise, timeout.promise]);
  } finally {
    clearTimeout(timer);
  }
}

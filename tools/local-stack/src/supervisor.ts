import type { ManagedProcess } from './managed-process.ts';

/** How a supervised program fares. */
export interface Supervised {
  readonly process: ManagedProcess;
  state: 'running' | 'restarting' | 'stopped';
  restarts: number;
  startedAt: string;
  /** Why it ended last, when it ended by itself. */
  lastExit?: string;
}

export interface SupervisorOptions {
  readonly report: (line: string) => void;
  /** Told whenever the state of any program has changed. */
  readonly onChange: () => void;
  /** @default 500 */
  readonly delayMs?: number;
  /** @default 30_000 */
  readonly delayMsMax?: number;
  /** A program that ran this long has recovered: its next restart is quick again. @default 60_000 */
  readonly recoveredAfterMs?: number;
}

/** Restarts programs that die, each time a little later, and tells about it. */
export class Supervisor {
  readonly programs: Supervised[] = [];
  private readonly options: Required<SupervisorOptions>;
  private readonly timers = new Set<NodeJS.Timeout>();
  private isStopped = false;

  constructor(options: SupervisorOptions) {
    this.options = { delayMs: 500, delayMsMax: 30_000, recoveredAfterMs: 60_000, ...options };
  }

  /** Watches a program that was started; one that has died since is started again. */
  watch(process: ManagedProcess): void {
    const program: Supervised = {
      process,
      state: 'running',
      restarts: 0,
      startedAt: new Date().toISOString(),
    };
    this.programs.push(program);
    let attempts = 0;
    process.onUnexpectedExit = (reason) => {
      const ranMs = Date.now() - Date.parse(program.startedAt);
      attempts = ranMs > this.options.recoveredAfterMs ? 1 : attempts + 1;
      this.ended(program, { reason, attempts });
    };
    if (!process.isAlive) process.onUnexpectedExit('ended before it was watched');
  }

  /** No restart happens from now on. */
  stop(): void {
    this.isStopped = true;
    for (const timer of this.timers) clearTimeout(timer);
    for (const program of this.programs) program.state = 'stopped';
  }

  private ended(program: Supervised, end: { reason: string; attempts: number }): void {
    if (this.isStopped) return;
    const { delayMs, delayMsMax, report, onChange } = this.options;
    const pauseMs = Math.min(delayMs * 2 ** (end.attempts - 1), delayMsMax);
    program.state = 'restarting';
    program.lastExit = end.reason;
    const { name, plan } = program.process;
    report(
      `${name} ended (${end.reason}); starting it again in ${pauseMs / 1000} s. Log: ${plan.logFile}`,
    );
    onChange();
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      void this.restart(program);
    }, pauseMs);
    this.timers.add(timer);
  }

  private async restart(program: Supervised): Promise<void> {
    program.restarts += 1;
    program.startedAt = new Date().toISOString();
    try {
      await program.process.start();
      program.state = 'running';
      this.options.report(`${program.process.name} runs again.`);
    } catch {
      // A program that ended has told so by its exit, which plans the next restart; one that only hangs is ended here.
      await program.process.kill('SIGTERM');
    }
    this.options.onChange();
  }
}

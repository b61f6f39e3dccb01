import { setTimeout as delay } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { DependencyDown } from '@sluice/failure';
import { counter } from '@sluice/telemetry';

/** Work that the clock starts. */
export interface Job {
  readonly name: string;
  /** Pause between the end of one run and the start of the next. @minimum 1 */
  readonly intervalMs: number;
  /** One run; it must bear a repetition. The signal ends long waits at shutdown. */
  run(signal: AbortSignal): Promise<void>;
}

const failures = counter('sluice_job_failures', 'Runs of a job that threw, by job.');

/**
 * Runs jobs one after their own end, never twice at once in this process.
 *
 * A run that throws is logged, counted, and tried again after the interval.
 * The host starts the jobs when the service is ready and waits for them at shutdown.
 */
@Injectable()
export class Jobs {
  readonly #logger = new Logger('jobs');
  readonly #stopping = new AbortController();
  readonly #registered: Job[] = [];
  readonly #loops: Promise<void>[] = [];

  /** Adds a job; call it in a provider's constructor or `onModuleInit`. */
  every(job: Job): void {
    this.#registered.push(job);
  }

  /** Starts every registered job. Called by the host. */
  start(): void {
    for (const job of this.#registered) this.#loops.push(this.#loop(job));
  }

  /** Lets running jobs end and starts no more. Called by the host. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#loops);
  }

  async #loop(job: Job): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        await job.run(signal);
      } catch (error) {
        this.#report(job, error);
      }
      await delay(job.intervalMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  #report(job: Job, error: unknown): void {
    if (this.#stopping.signal.aborted) return;
    failures.add(1, { job: job.name });
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    if (error instanceof DependencyDown) this.#logger.warn(`${job.name}: ${error.message}`);
    else this.#logger.error(`${job.name}: ${text}`);
  }
}

import { setTimeout as delay } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { DependencyDown } from '@sluice/failure';
import { counter } from '@sluice/telemetry';

/** Work that the clock starts. */
export interface Job {
  readonly name: string;
  /** Pause between the end of one run and the start of the next. @minimum 1 */
  readonly intervalMs: number;
  /**
   * Asked after each run; when nothing is left to look after, the next run comes after five seconds or when the
   * job is woken. Without it every pause is `intervalMs`.
   */
  readonly isIdle?: () => Promise<boolean>;
  /** One run; it must bear a repetition. The signal ends long waits at shutdown. */
  run(signal: AbortSignal): Promise<void>;
}

const idleMs = 5_000;

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
  readonly #registered: RegisteredJob[] = [];
  readonly #loops: Promise<void>[] = [];

  /**
   * Adds a job; call it in a provider's constructor or `onModuleInit`.
   * @returns wakes the job when work has come: its next run begins as if the last had not been idle.
   */
  every(job: Job): () => void {
    const registered: RegisteredJob = { job, waking: new AbortController() };
    this.#registered.push(registered);
    return () => registered.waking.abort();
  }

  /** Starts every registered job. Called by the host. */
  start(): void {
    for (const registered of this.#registered) this.#loops.push(this.#loop(registered));
  }

  /** Lets running jobs end and starts no more. Called by the host. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#loops);
  }

  async #loop(registered: RegisteredJob): Promise<void> {
    const { job } = registered;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      registered.waking = new AbortController();
      let isIdle = false;
      try {
        await job.run(signal);
        isIdle = (await job.isIdle?.()) ?? false;
      } catch (error) {
        this.#report(job, error);
      }
      await rest(job.intervalMs, signal);
      const untilWoken = AbortSignal.any([signal, registered.waking.signal]);
      if (isIdle) await rest(idleMs - job.intervalMs, untilWoken);
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

interface RegisteredJob {
  readonly job: Job;
  /** Aborted when the job was woken since its last run began. */
  waking: AbortController;
}

async function rest(forMs: number, signal: AbortSignal): Promise<void> {
  if (forMs > 0) await delay(forMs, undefined, { signal, ref: false }).catch(() => undefined);
}

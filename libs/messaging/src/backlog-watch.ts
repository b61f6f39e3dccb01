import type { Assignment } from './assignment.ts';

/**
 * Keeps the lag of partitions true of which nothing is fetched: before the first fetch, and while fetching is paused.
 *
 * A figure that is missing is no fault: what cannot be asked now is asked again later.
 */
export class BacklogWatch {
  readonly #assignment: Assignment;
  readonly #pollMs: number;
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(assignment: Assignment, pollMs: number) {
    this.#assignment = assignment;
    this.#pollMs = pollMs;
  }

  /** Asks soon, after a new assignment. */
  askSoon(): void {
    this.#arm(Math.min(this.#pollMs, 1_000));
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  #arm(delayMs: number): void {
    clearTimeout(this.#timer);
    if (this.#isStopped) return;
    this.#timer = setTimeout(() => {
      void this.#assignment
        .learnBacklog()
        .catch(() => undefined)
        .then(() => this.#arm(this.#pollMs));
    }, delayMs);
  }
}

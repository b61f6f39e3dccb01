import type { ConsumerLimits } from './consumer-limits.ts';
import { Outage } from './outage.ts';
import { jitteredDelayMs, pause } from './retry-delay.ts';

/** What the gate does to its consumer. */
export interface OutageActions {
  /** Nothing new starts and nothing is fetched. */
  standStill(outage: Outage): void;
  /** Starts one ready message; false when none is ready. */
  probe(): boolean;
  goOn(outage: Outage): void;
}

/** Lets a consumer stand still while a dependency is down, and probes until it answers. */
export class OutageGate {
  readonly #limits: ConsumerLimits;
  readonly #actions: OutageActions;
  readonly #nowMs: () => number;
  readonly #stopping: AbortSignal;
  #outage: Outage | undefined;
  #timer: NodeJS.Timeout | undefined;
  #insisting = 0;

  constructor(
    options: { limits: ConsumerLimits; nowMs: () => number; stopping: AbortSignal },
    actions: OutageActions,
  ) {
    this.#limits = options.limits;
    this.#nowMs = options.nowMs;
    this.#stopping = options.stopping;
    this.#actions = actions;
    this.#stopping.addEventListener('abort', () => clearTimeout(this.#timer), { once: true });
  }

  get outage(): Outage | undefined {
    return this.#outage;
  }

  /** Stands still; called again by a probe that failed. */
  begin(error: unknown): void {
    if (this.#stopping.aborted) return;
    if (this.#outage === undefined) {
      this.#outage = new Outage(error, this.#nowMs());
      this.#actions.standStill(this.#outage);
    } else {
      this.#outage.probes += 1;
    }
    this.#arm(this.#outage);
  }

  /** The dependency answered again; an outage that has begun since then goes on. */
  end(outage: Outage | undefined): void {
    if (outage === undefined || outage !== this.#outage) return;
    clearTimeout(this.#timer);
    this.#outage = undefined;
    this.#actions.goOn(outage);
  }

  /**
   * Repeats an action until it passes, standing still in between; undefined when it is no longer wanted.
   * For what must not be given up: writing a dead letter, parking a key, fetching a schema.
   */
  async insist<T>(
    isWanted: () => boolean,
    action: () => Promise<T>,
  ): Promise<{ readonly value: T } | undefined> {
    for (let attempt = 1; isWanted() && !this.#stopping.aborted; attempt += 1) {
      try {
        const value = await action();
        if (attempt > 1) this.end(this.#outage);
        return { value };
      } catch (error) {
        this.begin(error);
        await this.#waitInsisting(attempt);
      }
    }
    return undefined;
  }

  async #waitInsisting(attempt: number): Promise<void> {
    this.#insisting += 1;
    const bounds = { delayMs: this.#limits.probeDelayMs, delayMsMax: this.#limits.probeDelayMsMax };
    await pause(jitteredDelayMs(attempt, bounds), this.#stopping);
    this.#insisting -= 1;
  }

  #arm(outage: Outage): void {
    clearTimeout(this.#timer);
    if (this.#stopping.aborted) return;
    this.#timer = setTimeout(() => this.#probe(outage), outage.probeDelayMs(this.#limits));
  }

  /** A probe that is dropped on its way ends nothing, so the next one is always armed. */
  #probe(outage: Outage): void {
    if (outage !== this.#outage) return;
    if (this.#actions.probe() || this.#insisting > 0) this.#arm(outage);
    else this.end(outage);
  }
}

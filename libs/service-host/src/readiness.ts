import { Injectable } from '@nestjs/common';

/** One thing the service needs in order to work. */
export interface ReadinessCheck {
  readonly name: string;
  /** True when it is there. Must answer within two seconds; never throws. */
  check(): boolean | Promise<boolean>;
}

/** What /readyz answers. */
export interface ReadinessReport {
  readonly isReady: boolean;
  readonly checks: Readonly<Record<string, 'up' | 'down'>>;
}

/**
 * Decides whether this process should get work.
 *
 * False before the start has finished, while a dependency is down, and from the first moment of the
 * shutdown. Liveness is not touched by it: a restart heals none of these.
 */
@Injectable()
export class Readiness {
  readonly #checks: ReadinessCheck[] = [];
  #phase: 'starting' | 'running' | 'stopping' = 'starting';

  /** Adds a check of the service's own. */
  require(check: ReadinessCheck): void {
    this.#checks.push(check);
  }

  /** Called by the host. */
  setPhase(phase: 'running' | 'stopping'): void {
    this.#phase = phase;
  }

  /** Runs every check. */
  async report(): Promise<ReadinessReport> {
    const results = await Promise.all(
      this.#checks.map(async (one) => [one.name, (await one.check()) ? 'up' : 'down'] as const),
    );
    const own = ['service', this.#phase === 'running' ? 'up' : 'down'] as const;
    const checks: Record<string, 'up' | 'down'> = Object.fromEntries([own, ...results]);
    return { isReady: Object.values(checks).every((state) => state === 'up'), checks };
  }
}

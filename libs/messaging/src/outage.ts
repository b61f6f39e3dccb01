import { DependencyDown, Failure } from '@sluice/failure';

/** Something every message needs does not answer; the consumer stands still until a probe passes. */
export class Outage {
  readonly dependency: string;
  readonly reason: string;
  readonly sinceMs: number;
  probes = 0;

  constructor(error: unknown, sinceMs: number) {
    this.dependency =
      error instanceof DependencyDown ? error.dependency : 'broker or parking store';
    this.reason = error instanceof Failure ? error.code : 'UNEXPECTED_ERROR';
    this.sinceMs = sinceMs;
  }

  /** Pause before the next probe. */
  probeDelayMs(limits: {
    readonly probeDelayMs: number;
    readonly probeDelayMsMax: number;
  }): number {
    return Math.min(limits.probeDelayMs * 2 ** Math.min(this.probes, 10), limits.probeDelayMsMax);
  }
}

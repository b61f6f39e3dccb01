import { Clock } from '@sluice/clock';
import { world } from '../world/world.ts';

/** A process's clock: true time, and what its wall clock is ahead of it. */
export class VirtualClock extends Clock {
  override now(): Date {
    return new Date();
  }

  override nowMicros(): bigint {
    return BigInt(Date.now()) * 1000n;
  }

  override monotonicMs(): number {
    return world().nowMs;
  }
}

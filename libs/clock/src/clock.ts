/** Where time comes from; a fake one stands in for it in tests. */
export abstract class Clock {
  /** The instant, in milliseconds of resolution. */
  abstract now(): Date;
  /** The instant in microseconds since 1970-01-01T00:00:00Z, as the events carry it. */
  abstract nowMicros(): bigint;
  /** Milliseconds that only grow, for measuring durations; the origin is arbitrary. */
  abstract monotonicMs(): number;
}

/** The machine's own clock. */
export class SystemClock extends Clock {
  override now(): Date {
    return new Date();
  }

  override nowMicros(): bigint {
    return BigInt(Math.round((performance.timeOrigin + performance.now()) * 1000));
  }

  override monotonicMs(): number {
    return performance.now();
  }
}

/** The one system clock of the process. */
export const systemClock: Clock = new SystemClock();

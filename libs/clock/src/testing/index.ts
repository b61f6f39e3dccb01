import { Clock } from '../clock.ts';

/** A clock that stands still until a test moves it. */
export class FakeClock extends Clock {
  #micros: bigint;

  constructor(start = '2026-01-15T12:00:00.000Z') {
    super();
    this.#micros = BigInt(Date.parse(start)) * 1000n;
  }

  /** Moves time forward (or back, for clock faults). */
  advance(durationMs: number): void {
    this.#micros += BigInt(Math.round(durationMs * 1000));
  }

  override now(): Date {
    return new Date(Number(this.#micros / 1000n));
  }

  override nowMicros(): bigint {
    return this.#micros;
  }

  override monotonicMs(): number {
    return Number(this.#micros) / 1000;
  }
}

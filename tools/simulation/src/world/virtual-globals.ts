import { real } from './real-time.ts';
import { type Planned, world } from './world.ts';

/** What a virtual timer gives back; it keeps no process alive. */
class Timer {
  planned: Planned | undefined;
  isCleared = false;

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  hasRef(): boolean {
    return true;
  }
}

type Callback = (...values: unknown[]) => void;

function setTimeoutVirtually(callback: Callback, delayMs = 1, ...values: unknown[]): Timer {
  const timer = new Timer();
  timer.planned = world().plan(Math.max(delayMs, 1), () => {
    if (!timer.isCleared) callback(...values);
  });
  return timer;
}

function setIntervalVirtually(callback: Callback, delayMs = 1, ...values: unknown[]): Timer {
  const timer = new Timer();
  const again = (): void => {
    timer.planned = world().plan(Math.max(delayMs, 1), () => {
      if (timer.isCleared) return;
      again();
      callback(...values);
    });
  };
  again();
  return timer;
}

function setImmediateVirtually(callback: Callback, ...values: unknown[]): Timer {
  const timer = new Timer();
  timer.planned = world().plan(0, () => {
    if (!timer.isCleared) callback(...values);
  });
  return timer;
}

function clearVirtually(timer: unknown): void {
  if (!(timer instanceof Timer)) return;
  timer.isCleared = true;
  if (timer.planned !== undefined) timer.planned.isCancelled = true;
}

function wallClockMs(): number {
  const here = world();
  return here.nowMs + here.actor.clockOffsetMs;
}

class VirtualDate extends real.Date {
  constructor(...values: unknown[]) {
    if (values.length === 0) super(wallClockMs());
    else super(...(values as [number]));
  }

  static override now(): number {
    return Math.floor(wallClockMs());
  }
}

function abortVirtually(delayMs: number): AbortSignal {
  const controller = new AbortController();
  const reason = new DOMException('The operation was aborted due to timeout', 'TimeoutError');
  world().plan(delayMs, () => controller.abort(reason));
  return controller.signal;
}

/**
 * Puts virtual timers, clocks and randomness in the place of the machine's.
 *
 * Node's own machinery below the globals keeps the real ones, so that real answers still arrive.
 */
export function makeGlobalsVirtual(): void {
  Object.assign(globalThis, {
    setTimeout: setTimeoutVirtually,
    clearTimeout: clearVirtually,
    setInterval: setIntervalVirtually,
    clearInterval: clearVirtually,
    setImmediate: setImmediateVirtually,
    clearImmediate: clearVirtually,
    Date: VirtualDate,
  });
  Math.random = () => world().jitter.next();
  performance.now = () => world().nowMs;
  AbortSignal.timeout = abortVirtually;
}

/** Gives the machine's own back. */
export function makeGlobalsReal(): void {
  const { random, performanceNow, abortTimeout, ...globals } = real;
  Object.assign(globalThis, globals);
  Math.random = random;
  performance.now = performanceNow;
  AbortSignal.timeout = abortTimeout;
}

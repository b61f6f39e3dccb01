/** Bounds of the pauses between attempts. */
export interface BackoffOptions {
  /** Upper bound of the first pause; doubles each time. */
  readonly delayMs: number;
  /** Upper bound of any pause. */
  readonly delayMsMax: number;
}

/** A pause with full jitter: between zero and the doubled bound. `attempt` counts from 1. */
export function jitteredDelayMs(attempt: number, options: BackoffOptions): number {
  const exponent = Math.min(attempt - 1, 30);
  const boundMs = Math.min(options.delayMs * 2 ** exponent, options.delayMsMax);
  return Math.ceil(Math.random() * boundMs);
}

/** Resolves after the pause, or at once when the signal is aborted. */
export function pause(durationMs: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const settle = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', settle);
      resolve();
    };
    const timer = setTimeout(settle, durationMs);
    signal.addEventListener('abort', settle, { once: true });
  });
}

import { world } from './world.ts';

/** In the place of `node:timers/promises`: resolves after the virtual time, or rejects when aborted. */
export function setTimeout<T>(
  delayMs = 1,
  value?: T,
  options: { readonly signal?: AbortSignal } = {},
): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const planned = world().plan(Math.max(delayMs, 1), () => resolve(value));
    options.signal?.addEventListener('abort', () => {
      planned.isCancelled = true;
      reject(new DOMException('The operation was aborted', 'AbortError'));
    });
  });
}

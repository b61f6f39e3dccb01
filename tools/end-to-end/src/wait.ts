import { setTimeout as pause } from 'node:timers/promises';

const pollMs = 200;

/**
 * Asks again and again until the answer is empty: a list of what is still missing.
 *
 * Gives the last list back when the time is over, so that a test shows what never came.
 */
export async function untilEmpty(
  missing: () => Promise<readonly string[]>,
  waitMsMax: number,
): Promise<readonly string[]> {
  const deadlineMs = Date.now() + waitMsMax;
  for (;;) {
    const found = await missing();
    if (found.length === 0 || Date.now() > deadlineMs) return found;
    await pause(pollMs);
  }
}

/** Waits until a question is answered with something. */
export async function untilFound<T>(
  what: string,
  find: () => Promise<T | undefined>,
  waitMsMax = 30_000,
): Promise<T> {
  const deadlineMs = Date.now() + waitMsMax;
  for (;;) {
    const found = await find();
    if (found !== undefined) return found;
    if (Date.now() > deadlineMs) throw new Error(`${what} did not come in ${waitMsMax} ms.`);
    await pause(pollMs);
  }
}

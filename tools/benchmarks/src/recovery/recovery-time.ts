import type { SeenEvent } from '../streams/stream-check.ts';

/** How much had come out at a time. */
export interface CountAt {
  readonly atMs: number;
  readonly count: number;
}

const windowMs = 1_000;
const recoveredPart = 0.9;

/**
 * Seconds from the death to the end of the first second, begun after it, in which 90 % of the rate
 * before came out; or to the end of the whole drain when that comes first.
 */
export function secondsToRecover(
  counts: readonly CountAt[],
  { killedAtMs, events }: { readonly killedAtMs: number; readonly events: number },
): number {
  const wanted = rateBefore(counts, killedAtMs) * recoveredPart * (windowMs / 1_000);
  const after = counts.filter(({ atMs }) => atMs >= killedAtMs);
  const recovered = after.find(({ atMs, count }) => {
    if (count >= events) return true;
    const begin = after.findLast((one) => one.atMs <= atMs - windowMs);
    return begin !== undefined && count - begin.count >= wanted;
  });
  const endMs = recovered?.atMs ?? counts.at(-1)?.atMs ?? killedAtMs;
  return Math.max(0, endMs - killedAtMs) / 1_000;
}

/** Events a second from the first that came out to the death. */
function rateBefore(counts: readonly CountAt[], killedAtMs: number): number {
  const before = counts.filter(({ atMs }) => atMs <= killedAtMs);
  const first = before.findLast(({ count }) => count === 0) ?? before[0];
  const last = before.at(-1);
  if (first === undefined || last === undefined || last.atMs === first.atMs) return 0;
  return ((last.count - first.count) / (last.atMs - first.atMs)) * 1_000;
}

/** The events without those that came again, as the next inbox sees them. */
export function withoutRepeats(seen: readonly SeenEvent[]): readonly SeenEvent[] {
  const lastByKey = new Map<string, number>();
  return seen.filter(({ key, sequence }) => {
    const isNew = sequence > (lastByKey.get(key) ?? 0);
    if (isNew) lastByKey.set(key, sequence);
    return isNew;
  });
}

import { describe, expect, it } from 'vitest';
import { secondsToRecover, withoutRepeats } from './recovery-time.ts';

/** Counts every 500 ms from 0. */
function counts(...each: readonly number[]): { atMs: number; count: number }[] {
  return each.map((count, place) => ({ atMs: place * 500, count }));
}

describe('the time to recover', () => {
  it('lasts until a whole second after the death has 90 % of the rate before', () => {
    const seen = counts(0, 100, 200, 200, 200, 250, 350, 450, 550);
    expect(secondsToRecover(seen, { killedAtMs: 1_000, events: 1_000 })).toBe(2.5);
  });

  it('does not take what came before the death for a recovery', () => {
    const seen = counts(0, 100, 200, 200, 200, 200);
    expect(secondsToRecover(seen, { killedAtMs: 1_000, events: 1_000 })).toBe(1.5);
  });

  it('ends with the drain when that comes first', () => {
    const seen = counts(0, 100, 200, 200, 230, 240);
    expect(secondsToRecover(seen, { killedAtMs: 1_000, events: 240 })).toBe(1.5);
  });
});

describe('what comes again', () => {
  it('is left out, and what was never seen before is not', () => {
    const one = { key: 'a', sequence: 1 };
    const two = { key: 'a', sequence: 2 };
    expect(withoutRepeats([one, two, one, two, { key: 'a', sequence: 3 }])).toEqual([
      one,
      two,
      { key: 'a', sequence: 3 },
    ]);
  });
});

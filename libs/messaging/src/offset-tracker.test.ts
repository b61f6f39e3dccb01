import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OffsetTracker } from './offset-tracker.ts';

describe('OffsetTracker', () => {
  it('has no low water before the first message', () => {
    expect(new OffsetTracker().lowWater()).toBeUndefined();
  });

  it('takes an offset once', () => {
    const tracker = new OffsetTracker();

    expect(tracker.take(5n, 0n)).toBeDefined();
    expect(tracker.take(5n, 0n)).toBeUndefined();
    expect(tracker.take(4n, 0n)).toBeUndefined();
  });

  it('never lets the low water pass a message that is not done, in whatever order they finish', () => {
    const gaps = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(gaps, fc.infiniteStream(fc.nat()), (steps, order) => {
        const tracker = new OffsetTracker();
        let next = 0n;
        const open = steps.flatMap((step) => tracker.take((next += BigInt(step)), 0n) ?? []);
        const highest = next;
        while (open.length > 0) {
          const at = (order.next().value ?? 0) % open.length;
          for (const entry of open.splice(at, 1)) entry.isDone = true;
          const oldest = open[0]?.offset ?? highest + 1n;
          expect(tracker.lowWater()).toBe(oldest);
        }
        expect(tracker.span()).toBe(0);
      }),
    );
  });

  it('forgets what is done, so that memory follows the open span', () => {
    const tracker = new OffsetTracker();
    for (let offset = 0n; offset < 10_000n; offset += 1n) {
      const entry = tracker.take(offset, offset);
      if (entry !== undefined && offset !== 9_999n) entry.isDone = true;
    }

    expect(tracker.span()).toBe(1);
    expect(tracker.oldest()?.timestampMs).toBe(9_999n);
  });
});

import { FakeClock } from '@sluice/clock/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { defaultLimits } from './consumer-limits.ts';
import { ParkedKeyReplay } from './parked-key-replay.ts';
import { InMemoryParkingStore } from './testing/index.ts';

const group = 'test.replay';

describe('ParkedKeyReplay', () => {
  let parkedKeys: Set<string>;
  let parking: InMemoryParkingStore;
  let replay: ParkedKeyReplay;
  let seen: { learnt: number; claimed: number };

  beforeEach(() => {
    vi.useFakeTimers();
    parkedKeys = new Set();
    parking = new InMemoryParkingStore();
    seen = { learnt: 0, claimed: 0 };
    const { parkedKeys: learn, claimDue: claim } = parking;
    parking.parkedKeys = (...given) => {
      seen.learnt += 1;
      return learn.apply(parking, given);
    };
    parking.claimDue = (...given) => {
      seen.claimed += 1;
      return claim.apply(parking, given);
    };
    const options = { group, parking, clock: new FakeClock(), limits: defaultLimits };
    replay = new ParkedKeyReplay(options as never, parkedKeys);
    replay.start();
  });

  afterEach(async () => {
    const closed = replay.close();
    await vi.advanceTimersByTimeAsync(defaultLimits.drainMs);
    await closed;
    vi.useRealTimers();
  });

  /** Parks a key that is not due before long. */
  async function park(key: string): Promise<void> {
    const message = { topic: 't', partition: 0, offset: 1n, key, value: null, headers: {} };
    await parking.park({
      consumer: group,
      key,
      message: message as never,
      state: 'quarantined',
      attempts: 1,
      nextAtMs: Number.MAX_SAFE_INTEGER,
      cause: { code: 'TEST', message: 'Test.', failureClass: 'permanent' },
    });
  }

  it('asks rarely, and once, while no key is parked', async () => {
    await vi.advanceTimersByTimeAsync(60_500);

    expect(seen).toEqual({ learnt: 6, claimed: 0 });
    expect(replay.figures).toMatchObject({ keys: 0, events: 0 });
  });

  it('looks at once when the first key is parked, and often while one is', async () => {
    await vi.advanceTimersByTimeAsync(3_000);
    await park('k');
    parkedKeys.add('k');
    replay.wake();
    await vi.advanceTimersByTimeAsync(0);
    expect(seen).toEqual({ learnt: 1, claimed: 1 });

    await vi.advanceTimersByTimeAsync(5_000);
    expect(seen).toEqual({ learnt: 1, claimed: 6 });
    expect(replay.figures).toMatchObject({ keys: 1 });
  });

  it('does not miss a key that is parked during a look', async () => {
    const { figures } = parking;
    parking.figures = async (...given) => {
      const before = await figures.apply(parking, given);
      parking.figures = figures;
      replay.wake();
      return { ...before, keys: 0 };
    };
    await park('k');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(seen.claimed).toBe(1);

    await vi.advanceTimersByTimeAsync(1_000);
    expect(seen.claimed).toBe(2);
  });

  it('learns within ten seconds of a key that another replica parked, and looks often from then on', async () => {
    await vi.advanceTimersByTimeAsync(1_500);
    await park('k');
    await vi.advanceTimersByTimeAsync(9_600);

    expect([...parkedKeys]).toEqual(['k']);
    expect(seen).toEqual({ learnt: 2, claimed: 1 });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(seen).toEqual({ learnt: 3, claimed: 11 });
  });

  it('looks rarely again when the keys it knew are parked no more', async () => {
    parkedKeys.add('released by another replica');
    await vi.advanceTimersByTimeAsync(31_500);
    expect(seen).toEqual({ learnt: 4, claimed: 0 });
  });

  it('ends in the middle of a pause', async () => {
    await vi.advanceTimersByTimeAsync(5_000);
    const closing = replay.close().then(() => 'closed');
    await vi.advanceTimersByTimeAsync(defaultLimits.drainMs);
    expect(await closing).toBe('closed');

    await vi.advanceTimersByTimeAsync(60_000);
    expect(seen.learnt).toBe(1);
  });
});

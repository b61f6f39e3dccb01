import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeClock } from '@sluice/clock/testing';
import { defaultLimits } from './consumer-limits.ts';
import { ParkedKeyReplay } from './parked-key-replay.ts';
import { InMemoryParkingStore } from './testing/index.ts';

describe('ParkedKeyReplay', () => {
  const parkedKeys = new Set<string>();
  const parking = new InMemoryParkingStore();
  const look = vi.spyOn(parking, 'claimDue');
  let replay: ParkedKeyReplay;

  beforeEach(() => {
    vi.useFakeTimers();
    parkedKeys.clear();
    look.mockClear();
    const options = {
      group: 'test.replay',
      parking,
      clock: new FakeClock(),
      limits: defaultLimits,
    };
    replay = new ParkedKeyReplay(options as never, parkedKeys);
    replay.start();
  });

  afterEach(async () => {
    const closed = replay.close();
    await vi.advanceTimersByTimeAsync(defaultLimits.drainMs);
    await closed;
    vi.useRealTimers();
  });

  it('looks rarely while no key is parked', async () => {
    await vi.advanceTimersByTimeAsync(60_500);
    expect(look).toHaveBeenCalledTimes(6);
  });

  it('looks often while one is parked, and at once when it is the first', async () => {
    await vi.advanceTimersByTimeAsync(3_000);
    expect(look).toHaveBeenCalledTimes(1);
    parkedKeys.add('k');
    replay.wake();
    await vi.advanceTimersByTimeAsync(0);
    expect(look).toHaveBeenCalledTimes(2);

    await vi.advanceTimersByTimeAsync(5_000);
    expect(look).toHaveBeenCalledTimes(7);
  });

  it('does not look at once when a second key is parked', async () => {
    parkedKeys.add('k');
    await vi.advanceTimersByTimeAsync(1_500);
    replay.wake();
    await vi.advanceTimersByTimeAsync(0);
    expect(look).toHaveBeenCalledTimes(1);
  });

  it('ends in the middle of a pause', async () => {
    await vi.advanceTimersByTimeAsync(5_000);
    const closing = replay.close().then(() => 'closed');
    await vi.advanceTimersByTimeAsync(defaultLimits.drainMs);
    expect(await closing).toBe('closed');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(look).toHaveBeenCalledTimes(1);
  });
});

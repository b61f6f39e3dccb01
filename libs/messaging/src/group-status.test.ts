import { describe, expect, it } from 'vitest';
import { figuresOf } from './group-status.ts';
import type { GroupStatus } from './group-status.ts';

function statusOf(lags: readonly number[], donePerSecond: number): GroupStatus {
  return {
    group: 'g',
    topics: ['t'],
    isReady: true,
    trouble: undefined,
    isStandingStill: false,
    isOverBudget: false,
    bufferedRecords: 0,
    bufferedBytes: 0,
    donePerSecond,
    parkedKeys: 0,
    parking: undefined,
    nowMs: 0,
    partitions: lags.map((lag, partition) => ({ topic: 't', partition, lag, oldestAgeMs: 0 })),
  };
}

describe('figuresOf', () => {
  it('shows how full the fullest parked key is, and none while nothing is known of parking', () => {
    const parking = {
      keys: 2,
      quarantinedKeys: 0,
      events: 9,
      eventsOfFullestKey: 7,
      oldestParkedAtMs: 0,
    };

    expect(figuresOf({ ...statusOf([], 0), parking }).parkedEventsOfFullestKey).toBe(7);
    expect(figuresOf(statusOf([], 0)).parkedEventsOfFullestKey).toBe(0);
  });

  it.each([
    ['the lag of all partitions by the rate', [30, 70], 4, 25],
    ['no time where nothing waits', [0, 0], 0, 0],
    ['for ever while messages wait and none is done', [5], 0, Number.POSITIVE_INFINITY],
  ])('estimates %s', (_, lags, donePerSecond, seconds) => {
    expect(figuresOf(statusOf(lags, donePerSecond)).drainSeconds).toBe(seconds);
  });

  it('shows a group that cannot join, whose lag nobody sees, as standing still', () => {
    const outside = { ...statusOf([], 0), isReady: false, trouble: 'the broker is gone' };

    expect(figuresOf(outside).isStandingStill).toBe(true);
    expect(figuresOf(statusOf([], 0)).isStandingStill).toBe(false);
  });
});

import { describe, expect, it } from 'vitest';
import { deriveId, newId, systemClock } from './index.ts';
import { FakeClock } from './testing/index.ts';

describe('newId', () => {
  it('grows with every call', () => {
    const ids = Array.from({ length: 1000 }, () => newId());

    expect(ids.toSorted()).toEqual(ids);
    expect(new Set(ids).size).toBe(1000);
  });
});

describe('deriveId', () => {
  it('gives the same id for the same parts, and another one for parts cut elsewhere', () => {
    expect(deriveId('ab', 'c')).toBe(deriveId('ab', 'c'));
    expect(deriveId('ab', 'c')).not.toBe(deriveId('a', 'bc'));
    expect(deriveId('a')).toMatch(/^[0-9a-f]{32}$/);
  });
});

describe('systemClock', () => {
  it('agrees with itself in both units', () => {
    const differenceMs = Number(systemClock.nowMicros() / 1000n) - systemClock.now().getTime();

    expect(Math.abs(differenceMs)).toBeLessThan(1000);
  });
});

describe('FakeClock', () => {
  it('moves only when told', () => {
    const clock = new FakeClock('2026-01-15T12:00:00.000Z');

    clock.advance(1500);

    expect(clock.now().toISOString()).toBe('2026-01-15T12:00:01.500Z');
    expect(clock.nowMicros()).toBe(BigInt(Date.parse('2026-01-15T12:00:01.500Z')) * 1000n);
  });
});

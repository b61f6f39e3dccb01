import { describe, expect, it } from 'vitest';
import { readFinanceTime } from './finance-time.ts';

describe('readFinanceTime', () => {
  it.each([
    ['2026-03-01T10:00:00+0100', '2026-03-01T09:00:00.000Z'],
    ['2026-03-01T10:00:00-08:00', '2026-03-01T18:00:00.000Z'],
    ['2026-03-01T10:00:00Z', '2026-03-01T10:00:00.000Z'],
  ])('reads %s', (text, instant) => {
    expect(readFinanceTime(text)?.toISOString()).toBe(instant);
  });

  it.each(['', '2026-03-01', 'yesterday', '2026-13-01T10:00:00+0100'])('reads no %s', (text) => {
    expect(readFinanceTime(text)).toBeUndefined();
  });
});

import { describe, expect, it } from 'vitest';
import { idMaker } from './ids.ts';

describe('idMaker', () => {
  it('leaves out what can pass for a card number', () => {
    const ulids = ['01KJKB4109000000096AHP6TW8', '01KJKB41090A00000096HP6TW8'];
    const make = idMaker(() => ulids.shift() ?? '');

    expect(make()).toBe('01KJKB41090A00000096HP6TW8');
  });

  it('moves on to another millisecond, since within one only the last digits change', () => {
    const times: (number | undefined)[] = [];
    const make = idMaker((timeMs) => {
      times.push(timeMs);
      return times.length < 4 ? '01KJKB4109000000096AHP6TW8' : '01KJKB41090A00000096HP6TW8';
    });

    make();

    const [first, ...later] = times;
    const steps = later.slice(1).map((timeMs, index) => (timeMs ?? 0) - (later[index] ?? 0));
    expect(first).toBeUndefined();
    expect(steps).toHaveLength(2);
    expect(steps.every((stepMs) => stepMs >= 1)).toBe(true);
  });
});

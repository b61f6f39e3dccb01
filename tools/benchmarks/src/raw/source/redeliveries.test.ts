import { describe, expect, it } from 'vitest';
import { withRedeliveries } from './redeliveries.ts';

const members = Array.from({ length: 1_000 }, (_nothing, place) => place);

describe('redeliveries', () => {
  it('bring one member in twenty a second time, after the first', () => {
    const all = withRedeliveries(members, 0.05);
    const repeats = all.filter((member, place) => all.indexOf(member) !== place);

    expect(all).toHaveLength(1_050);
    expect(new Set(all).size).toBe(1_000);
    expect(repeats).toHaveLength(50);
  });

  it('are none when none are asked for', () => {
    expect(withRedeliveries(members, 0)).toEqual(members);
  });
});

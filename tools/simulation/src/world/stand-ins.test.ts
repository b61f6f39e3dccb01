import { describe, expect, it } from 'vitest';
import { setTimeout as sleep } from './timers-promises.ts';
import { monotonicFactory } from './ulid.ts';
import { beginningMs, World } from './world.ts';

describe('monotonicFactory', () => {
  it('makes ids that sort by their making and follow from the seed', () => {
    const idsOf = (seed: number): readonly string[] => {
      const world = new World(seed);
      const next = monotonicFactory();
      return Array.from({ length: 40 }, () => world.as(world.surroundings, next));
    };

    const ids = idsOf(3);

    expect(ids.every((id) => /^[0-9A-HJKMNP-TV-Z]{26}$/.test(id))).toBe(true);
    expect(ids.toSorted()).toEqual(ids);
    expect(idsOf(3)).toEqual(ids);
    expect(idsOf(4)).not.toEqual(ids);
  });
});

describe('the virtual sleep', () => {
  it('takes virtual time and no other, and ends at once when it is aborted', async () => {
    const world = new World(1);
    const aborting = new AbortController();
    const seen: string[] = [];
    const tell = (what: string): void => void seen.push(`${what} ${world.nowMs - beginningMs}`);
    void sleep(3_600_000, 'slept').then((value) => tell(String(value)));
    void sleep(1_000, undefined, { signal: aborting.signal }).catch(() => tell('aborted'));

    world.planOutside(5, () => aborting.abort());
    await world.run(() => false);

    expect(seen).toEqual(['aborted 5', 'slept 3600000']);
  });
});

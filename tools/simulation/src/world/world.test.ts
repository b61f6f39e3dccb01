import { describe, expect, it } from 'vitest';
import { Actor } from './actor.ts';
import { beginningMs, World } from './world.ts';

describe('World', () => {
  it('lets events happen in the order of their instants, then of their planning', async () => {
    const world = new World(1);
    const seen: string[] = [];

    world.planOutside(5, () => void seen.push('later'));
    world.planOutside(1, () => void seen.push('first'));
    world.planOutside(1, () => void seen.push('second'));
    await world.run(() => false);

    expect(seen).toEqual(['first', 'second', 'later']);
    expect(world.nowMs).toBe(beginningMs + 5);
  });

  it('lets a stopped actor notice late what it has missed, and a dead one nothing', async () => {
    const world = new World(1);
    const stopped = new Actor('stopped');
    const dead = new Actor('dead');
    const seen: string[] = [];
    stopped.isStopped = true;
    world.as(stopped, () =>
      world.plan(1, () => void seen.push(`stopped at ${world.nowMs - beginningMs}`)),
    );
    world.as(dead, () => world.plan(1, () => void seen.push('dead')));
    dead.isAlive = false;

    world.planOutside(50, () => world.goOn(stopped));
    await world.run(() => false);

    expect(seen).toEqual(['stopped at 50']);
  });

  it('tells the same history for the same seed, and another one for another', async () => {
    const tell = async (seed: number): Promise<string> => {
      const world = new World(seed);
      for (const name of ['a', 'b', 'c']) {
        world.planOutside(world.pace.between(0, 10), () => world.record(name));
      }
      await world.run(() => false);
      return world.digest();
    };

    expect(await tell(7)).toBe(await tell(7));
    expect(await tell(7)).not.toBe(await tell(8));
  });
});

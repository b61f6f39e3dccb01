import { describe, expect, it } from 'vitest';
import type { Variant } from './benchmark.ts';
import { runRounds } from './run-rounds.ts';

function variant(name: string, ran: string[], faults: readonly string[] = []): Variant {
  return {
    name,
    isBaseline: false,
    events: 1,
    run: async (round) => {
      ran.push(`${name}${round}`);
      await Promise.resolve();
      return { ratePerSecond: round, cpuMicrosByProcess: {}, faults };
    },
  };
}

const quiet = { tell: () => undefined, signal: new AbortController().signal };

describe('runRounds', () => {
  it('lets variants take turns and keeps the warm-up out of the figures', async () => {
    const ran: string[] = [];
    const results = await runRounds([variant('a', ran), variant('b', ran)], {
      ...quiet,
      rounds: 2,
    });

    expect(ran).toEqual(['a0', 'b0', 'a1', 'b1', 'a2', 'b2']);
    expect(results.map(({ samples }) => samples.map((one) => one.ratePerSecond))).toEqual([
      [1, 2],
      [1, 2],
    ]);
  });

  it('ends at the first fault, even in the warm-up, and keeps it', async () => {
    const ran: string[] = [];
    const results = await runRounds([variant('a', ran), variant('b', ran, ['lost one'])], {
      ...quiet,
      rounds: 2,
    });

    expect(ran).toEqual(['a0', 'b0']);
    expect(results.flatMap(({ samples }) => samples)).toMatchObject([{ faults: ['lost one'] }]);
  });

  it('stops between two runs when it is told to', async () => {
    const stopping = new AbortController();
    const ran: string[] = [];
    const tell = (): void => stopping.abort(new Error('stopped'));

    const running = runRounds([variant('a', ran), variant('b', ran)], {
      rounds: 1,
      tell,
      signal: stopping.signal,
    });

    await expect(running).rejects.toThrow('stopped');
    expect(ran).toEqual(['a0']);
  });
});

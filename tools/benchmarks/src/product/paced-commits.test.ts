import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { paceCommits } from './paced-commits.ts';

describe('paceCommits', () => {
  it('commits every event once, in order, and none before it is due', async () => {
    const commits: { from: number; to: number; atMs: number }[] = [];
    const plan = { count: 40, ratePerSecond: 1_000 };

    const paced = await paceCommits(plan, async (from, to) => {
      commits.push({ from, to, atMs: performance.timeOrigin + performance.now() });
      await Promise.resolve();
    });

    const events = commits.flatMap(({ from, to }) =>
      Array.from({ length: to - from }, (_nothing, place) => from + place),
    );
    expect(events).toEqual(Array.from({ length: plan.count }, (_nothing, place) => place));
    for (const { to, atMs } of commits) {
      expect(atMs).toBeGreaterThanOrEqual(paced.startedAtMs + (to - 1) - 0.01);
    }
    expect(paced.committedAtMs).toHaveLength(plan.count);
  });

  it('gathers what gets due between commits when told to', async () => {
    const sizes: number[] = [];
    const plan = { count: 100, ratePerSecond: 1_000, commitEveryMs: 20 };

    const { committedAtMs } = await paceCommits(plan, async (from, to) => {
      sizes.push(to - from);
      await Promise.resolve();
    });

    // The last event is due after 99 ms.
    expect(sizes.length).toBeLessThanOrEqual(6);
    expect(committedAtMs).toHaveLength(plan.count);
  });

  it('does not wait for a slow commit: what got due meanwhile joins the next one', async () => {
    const sizes: number[] = [];
    const plan = { count: 100, ratePerSecond: 1_000 };

    const { startedAtMs, committedAtMs } = await paceCommits(plan, async (from, to) => {
      sizes.push(to - from);
      await sleep(50);
    });

    expect(sizes.length).toBeLessThan(10);
    expect(Math.max(...sizes)).toBeGreaterThan(10);
    // The second event was due one millisecond after the first, and waited for its commit.
    expect(committedAtMs[1]! - (startedAtMs + 1)).toBeGreaterThan(45);
  });
});

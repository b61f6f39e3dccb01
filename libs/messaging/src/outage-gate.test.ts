import { DependencyDown } from '@sluice/failure';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { defaultLimits } from './consumer-limits.ts';
import { OutageGate } from './outage-gate.ts';

const down = new DependencyDown('registry', 'Down.');

describe('OutageGate', () => {
  let history: string[];
  let hasWork: boolean;
  let stopping: AbortController;
  let gate: OutageGate;

  beforeEach(() => {
    vi.useFakeTimers();
    history = [];
    hasWork = false;
    stopping = new AbortController();
    gate = new OutageGate(
      { limits: defaultLimits, nowMs: () => 0, stopping: stopping.signal },
      {
        standStill: ({ dependency }) => history.push(`still: ${dependency}`),
        probe: () => {
          history.push('probe');
          return hasWork;
        },
        goOn: () => history.push('go on'),
      },
    );
  });

  afterEach(() => {
    stopping.abort();
    vi.useRealTimers();
  });

  it('stands still once, however many messages fail, and probes with growing pauses', async () => {
    hasWork = true;
    gate.begin(down);
    gate.begin(down);
    await vi.advanceTimersByTimeAsync(1_000);
    gate.begin(down);
    await vi.advanceTimersByTimeAsync(1_999);

    expect(history).toEqual(['still: registry', 'probe']);
    await vi.advanceTimersByTimeAsync(1);
    expect(history).toEqual(['still: registry', 'probe', 'probe']);
  });

  it('goes on when there is nothing to probe with', async () => {
    gate.begin(down);
    await vi.advanceTimersByTimeAsync(500);

    expect(history).toEqual(['still: registry', 'probe', 'go on']);
    expect(gate.outage).toBeUndefined();
  });

  it('is not ended by a call that began before the outage', () => {
    const before = gate.outage;
    gate.begin(down);
    gate.end(before);

    expect(gate.outage?.dependency).toBe('registry');
  });

  it('repeats what must not be given up until it passes, and goes on then', async () => {
    let failures = 3;
    const insisting = gate.insist(
      () => true,
      () => (failures-- > 0 ? Promise.reject(down) : Promise.resolve('done')),
    );
    await vi.advanceTimersByTimeAsync(60_000);

    expect(await insisting).toEqual({ value: 'done' });
    expect(history.at(-1)).toBe('go on');
  });

  it('stops insisting when the result is not wanted any more, and ends the outage', async () => {
    let isWanted = true;
    const insisting = gate.insist(
      () => isWanted,
      () => Promise.reject(down),
    );
    await vi.advanceTimersByTimeAsync(100);
    isWanted = false;
    await vi.advanceTimersByTimeAsync(60_000);

    expect(await insisting).toBeUndefined();
    expect(gate.outage).toBeUndefined();
  });

  it('stops insisting when the process stops', async () => {
    const insisting = gate.insist(
      () => true,
      () => Promise.reject(down),
    );
    await vi.advanceTimersByTimeAsync(100);
    stopping.abort();
    await vi.advanceTimersByTimeAsync(0);

    expect(await insisting).toBeUndefined();
  });
});

import { describe, expect, it } from 'vitest';
import { cpuMicros, cpuPerEvent, parseStat, ticksOfTree } from './cpu-time.ts';

describe('CPU time', () => {
  it('is read from a line of the kernel whatever the command is called', () => {
    const line = '42 (a) b (c) S 7 42 42 0 -1 4194304 100 0 0 0 30 12 5 3 20 0 11 0 12345';
    expect(parseStat(line)).toEqual({ pid: 42, parentPid: 7, ticks: 50 });
  });

  it('is that of a process with all that descends from it', () => {
    const table = [
      { pid: 1, parentPid: 0, ticks: 1000 },
      { pid: 2, parentPid: 1, ticks: 10 },
      { pid: 3, parentPid: 2, ticks: 20 },
      { pid: 4, parentPid: 3, ticks: 30 },
      { pid: 5, parentPid: 1, ticks: 40 },
    ];
    expect(ticksOfTree(2, table)).toBe(60);
  });

  it('of a process that is gone is nothing', () => {
    expect(ticksOfTree(9, [])).toBe(0);
  });

  it('an event is the difference shared by all events', () => {
    expect(cpuPerEvent({ relay: 1_000 }, { relay: 6_000 }, 100)).toEqual({ relay: 50 });
  });

  it('of this very process is more than nothing, and is not told where there is no /proc', () => {
    const endMs = performance.now() + 60;
    while (performance.now() < endMs);
    const { own } = cpuMicros({ own: process.pid });

    expect(own === undefined ? 'not told' : own > 0).toBe(
      process.platform === 'linux' ? true : 'not told',
    );
  });
});

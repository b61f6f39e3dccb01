import { describe, expect, it } from 'vitest';
import { Jobs } from './jobs.ts';

describe('Jobs', () => {
  it('goes on after a run that throws, and never runs a job twice at once', async () => {
    const jobs = new Jobs();
    let runs = 0;
    let running = 0;
    let mostAtOnce = 0;
    const thirdRun = Promise.withResolvers<void>();
    jobs.every({
      name: 'sample',
      intervalMs: 1,
      run: async () => {
        running += 1;
        mostAtOnce = Math.max(mostAtOnce, running);
        await Promise.resolve();
        running -= 1;
        runs += 1;
        if (runs === 3) thirdRun.resolve();
        if (runs === 1) throw new Error('first run fails');
      },
    });

    jobs.start();
    await thirdRun.promise;
    await jobs.stop();

    expect(mostAtOnce).toBe(1);
  });

  it('ends a wait at shutdown and waits for the run in hand', async () => {
    const jobs = new Jobs();
    const started = Promise.withResolvers<void>();
    let hasEnded = false;
    jobs.every({
      name: 'slow',
      intervalMs: 60_000,
      run: async (signal) => {
        started.resolve();
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        hasEnded = true;
      },
    });

    jobs.start();
    await started.promise;
    await jobs.stop();

    expect(hasEnded).toBe(true);
  });

  it('rests while a job is idle, until it is woken', async () => {
    const jobs = new Jobs();
    const idle = { runs: 0, again: Promise.withResolvers<void>() };
    const busy = { runs: 0, often: Promise.withResolvers<void>() };
    const wake = jobs.every({
      name: 'idle',
      intervalMs: 1,
      run: async () => {
        idle.runs += 1;
        if (idle.runs === 2) idle.again.resolve();
      },
      isIdle: async () => true,
    });
    jobs.every({
      name: 'busy',
      intervalMs: 1,
      run: async () => {
        busy.runs += 1;
        if (busy.runs === 20) busy.often.resolve();
      },
      isIdle: async () => false,
    });

    jobs.start();
    await busy.often.promise;
    const runsUnwoken = idle.runs;
    wake();
    await idle.again.promise;
    await jobs.stop();

    expect(runsUnwoken).toBe(1);
  }, 4_000);

  it('does not rest when it was woken during a run that found nothing', async () => {
    const jobs = new Jobs();
    let runs = 0;
    const secondRun = Promise.withResolvers<void>();
    const wake = jobs.every({
      name: 'overtaken',
      intervalMs: 1,
      run: async () => {
        runs += 1;
        if (runs === 1) wake();
        else secondRun.resolve();
      },
      isIdle: async () => true,
    });

    jobs.start();
    await secondRun.promise;
    await jobs.stop();

    expect(runs).toBe(2);
  }, 4_000);
});

import { type FreshDatabase, freshDatabase } from '@sluice/postgres/testing';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { RateBudget, rateBudgetMigrations } from './index.ts';

let database: FreshDatabase;
let names = 0;

beforeAll(async () => {
  database = await freshDatabase(inject('databaseUrl'), { migrations: rateBudgetMigrations });
});

afterAll(() => database.close());

interface Bounds {
  readonly perMinute?: number;
  readonly concurrency?: number;
  readonly permitLeaseMs?: number;
  readonly windowMs?: number;
}

/** Replicas of one budget that nobody else uses. */
function replicas(bounds: Bounds): readonly [RateBudget, RateBudget, ...RateBudget[]] {
  const options = { name: `demo/${names++}`, perMinute: 100, concurrency: 100, ...bounds };
  const replica = (): RateBudget => new RateBudget(database.dataSource, options);
  return [replica(), replica(), ...Array.from({ length: 8 }, replica)];
}

async function countGranted(asks: readonly Promise<unknown>[]): Promise<number> {
  const outcomes = await Promise.allSettled(asks);
  return outcomes.filter((outcome) => outcome.status === 'fulfilled').length;
}

describe('RateBudget', () => {
  it('grants no more than the rate to all replicas together', async () => {
    const all = replicas({ perMinute: 7 });

    const asks = [...all, ...all].map((each) => each.acquire({ waitMsMax: 0 }));

    expect(await countGranted(asks)).toBe(7);
  });

  it('grants no more than the concurrency, and again after a release', async () => {
    const [one, two] = replicas({ concurrency: 2 });
    const permit = await one.acquire({ waitMsMax: 0 });
    await two.acquire({ waitMsMax: 0 });

    await expect(two.acquire({ waitMsMax: 0 })).rejects.toMatchObject({
      code: 'RATE_BUDGET_EXHAUSTED',
    });
    const waiting = two.acquire({ waitMsMax: 5_000 });
    await permit.release();

    await expect(waiting).resolves.toBeDefined();
  });

  it('asks rarely while all places are taken, and at once when a place of its own process is free', async () => {
    const [budget] = replicas({ concurrency: 1 });
    const permit = await budget.acquire({ waitMsMax: 0 });
    const query = vi.spyOn(database.dataSource, 'query');

    const waiting = budget.acquire({ waitMsMax: 5_000 });
    await delay(1_500);
    // A grant and a hint for each of about nine looks; it were 60 looks at a pause of 25 ms.
    expect(query.mock.calls.length).toBeLessThan(40);
    // Right after a look, so that the next one is a whole pause away.
    const looks = query.mock.calls.length;
    await vi.waitUntil(() => query.mock.calls.length >= looks + 2, { interval: 2 });
    const releasedMs = performance.now();
    await permit.release();
    await waiting;
    query.mockRestore();

    expect(performance.now() - releasedMs).toBeLessThan(120);
  });

  it('takes back a permit whose holder never released it', async () => {
    const [one, two] = replicas({ concurrency: 1, permitLeaseMs: 50 });
    await one.acquire({ waitMsMax: 0 });

    await expect(two.acquire({ waitMsMax: 5_000 })).resolves.toBeDefined();
  });

  it('grants again when the window has moved on', async () => {
    const [one] = replicas({ perMinute: 1, windowMs: 80 });
    const before = performance.now();
    await one.acquire({ waitMsMax: 0 });

    await one.acquire({ waitMsMax: 5_000 });

    expect(performance.now() - before).toBeGreaterThanOrEqual(80);
  });

  it('refuses at once, with the time to wait, when the window outlasts the wait allowed', async () => {
    const [one] = replicas({ perMinute: 1 });
    await one.acquire({ waitMsMax: 0 });

    const refusal: unknown = await one
      .acquire({ waitMsMax: 10_000 })
      .catch((error: unknown) => error);

    expect(refusal).toMatchObject({ code: 'RATE_BUDGET_EXHAUSTED' });
    expect((refusal as { retryAfterMs: number }).retryAfterMs).toBeGreaterThan(50_000);
  });

  it('grants nothing to any replica while it is blocked, whatever shorter block follows', async () => {
    const [one, two] = replicas({});
    await one.block(Date.now() + 60_000);
    await one.block(Date.now() + 10);

    await expect(two.acquire({ waitMsMax: 20 })).rejects.toMatchObject({
      code: 'RATE_BUDGET_EXHAUSTED',
    });
  });

  it('serves the callers of one process in the order of their asking', async () => {
    const [one] = replicas({ concurrency: 1 });
    const served: number[] = [];

    await Promise.all(
      [1, 2, 3, 4].map(async (place) => {
        const permit = await one.acquire({ waitMsMax: 10_000 });
        served.push(place);
        await permit.release();
      }),
    );

    expect(served).toEqual([1, 2, 3, 4]);
  });

  it('lets a caller with little time leave the line behind one that waits long', async () => {
    const [one] = replicas({ concurrency: 1 });
    const permit = await one.acquire({ waitMsMax: 0 });
    const patient = one.acquire({ waitMsMax: 10_000 });

    await expect(one.acquire({ waitMsMax: 0 })).rejects.toMatchObject({
      code: 'RATE_BUDGET_EXHAUSTED',
    });
    await permit.release();

    await expect(patient).resolves.toBeDefined();
  });
});

import { createRequire } from 'node:module';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { tameKafkajs, tameRequestQueue, tameRunner } from './tame-kafkajs.ts';

describe('tameRequestQueue', () => {
  function queueWith(state: { pending: unknown[]; throttledUntil: number }): () => number {
    let scheduled = 0;
    const prototype = {
      ...state,
      scheduleCheckPendingRequests: () => {
        scheduled += 1;
      },
    };
    tameRequestQueue(prototype);
    return () => {
      prototype.scheduleCheckPendingRequests();
      return scheduled;
    };
  }

  it('schedules nothing when nothing waits', () => {
    expect(queueWith({ pending: [], throttledUntil: -1 })()).toBe(0);
  });

  it('schedules a check while requests wait or the broker throttles', () => {
    expect(queueWith({ pending: [{}], throttledUntil: -1 })()).toBe(1);
    expect(queueWith({ pending: [], throttledUntil: Date.now() + 60_000 })()).toBe(1);
  });
});

describe('tameKafkajs', () => {
  it('finds the request queue of the installed kafkajs, and warns of nothing else', async () => {
    const load = createRequire(import.meta.url);
    const path = 'kafkajs/src/network/requestQueue/index.js';
    const { prototype } = load(path) as { prototype: Record<string, unknown> };
    const before = prototype['scheduleCheckPendingRequests'];
    const seen: string[] = [];
    const listen = (warning: Error): void => void seen.push(warning.name);
    process.on('warning', listen);

    tameKafkajs();
    process.emitWarning('minus five', 'TimeoutNegativeWarning');
    process.emitWarning('minus five', { type: 'TimeoutNegativeWarning' });
    process.emitWarning('something else', 'TestWarning');
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', listen);

    expect(prototype['scheduleCheckPendingRequests']).not.toBe(before);
    expect(seen).toEqual(['TestWarning']);
  });
});

describe('tameRunner', () => {
  const load = createRequire(import.meta.url);
  const silent = { debug: () => undefined, info: () => undefined, namespace: () => silent };
  const { prototype: ownPrototype } = load('kafkajs/src/consumer/runner.js') as {
    prototype: { fetch: unknown };
  };
  // Taken before any test tames it.
  const stock = { fetch: ownPrototype.fetch };
  const createFetchManager = load('kafkajs/src/consumer/fetchManager.js') as (options: object) => {
    start(): Promise<void>;
  };

  /** The fetchers of a consumer that was stopped before they began; they give up when they spin. */
  function fetchersOfStopped(prototype: object): { start(): Promise<void> } {
    let fetches = 0;
    const runner = Object.assign(Object.create(prototype) as { fetch(id: number): unknown }, {
      running: false,
      consumerGroup: {},
      logger: silent,
    });
    const fetchManager = createFetchManager({
      logger: silent,
      getNodeIds: () => [1, 2],
      handler: () => Promise.resolve(),
      fetch: (nodeId: number) => {
        fetches += 1;
        if (fetches > 1_000) throw new Error('spins');
        return runner.fetch(nodeId);
      },
    });
    Object.assign(runner, { fetchManager });
    return fetchManager;
  }

  it('ends fetchers that were made after their consumer was stopped', async () => {
    tameKafkajs();

    await expect(fetchersOfStopped(ownPrototype).start()).resolves.toBeUndefined();
  });

  it('is needed: those of stock kafkajs spin', async () => {
    await expect(fetchersOfStopped(stock).start()).rejects.toThrow('spins');
  });

  /** A running consumer whose fetches find what is given, one after the other. */
  function runnerFinding(found: object[][], paused: () => object[] = () => []) {
    const seen = { waitsMs: [] as number[] };
    const prototype = {
      running: true,
      fetchManager: { getFetchers: () => [] },
      consumerGroup: { maxWaitTime: 500, paused },
      fetch: () => {
        seen.waitsMs.push(prototype.consumerGroup.maxWaitTime);
        return Promise.resolve(found.shift() ?? []);
      },
    };
    tameRunner(prototype);
    const fetch = prototype.fetch as (nodeId: number) => Promise<object[]>;
    return { seen, fetch: () => fetch.call(prototype, 1) };
  }

  describe('when time passes', () => {
    beforeEach(() => void vi.useFakeTimers());

    afterEach(() => void vi.useRealTimers());

    it('waits longer for messages after a calm time, and as before once one came', async () => {
      const { seen, fetch } = runnerFinding([[{}], [], [], [{}]]);

      for (const passedMs of [0, 9_000, 1_000, 0, 0]) {
        vi.advanceTimersByTime(passedMs);
        await fetch();
      }

      expect(seen.waitsMs).toEqual([500, 500, 1_500, 1_500, 500]);
    });

    it('keeps fetches short while partitions are paused, so that a resumed one need not wait', async () => {
      let paused: object[] = [{}];
      const { seen, fetch } = runnerFinding([], () => paused);
      await fetch();
      vi.advanceTimersByTime(60_000);
      await fetch();
      paused = [];
      await fetch();

      expect(seen.waitsMs).toEqual([500, 500, 1_500]);
    });
  });
});

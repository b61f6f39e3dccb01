import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
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

  it('leaves the fetches of a running consumer alone', async () => {
    const prototype = {
      running: true,
      fetchManager: { getFetchers: () => [] },
      fetch: (nodeId: number) => Promise.resolve([nodeId] as unknown[]),
    };
    tameRunner(prototype);

    expect(await prototype.fetch(7)).toEqual([7]);
  });
});

import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { endStrayFetchers } from './stray-fetchers.ts';

describe('endStrayFetchers', () => {
  it('ends the fetchers of a consumer that does not run', async () => {
    endStrayFetchers();
    const load = createRequire(import.meta.url);
    const { prototype } = load('kafkajs/src/consumer/runner.js') as {
      prototype: { fetch(nodeId: number): Promise<unknown[]> };
    };
    let stopCount = 0;
    const fetcher = {
      stop: () => {
        stopCount += 1;
        return Promise.resolve();
      },
    };
    const stopped = {
      running: false,
      fetchManager: { getFetchers: () => [fetcher, fetcher] },
    };

    expect(await prototype.fetch.call(stopped, 1)).toEqual([]);
    expect(stopCount).toBe(2);
  });
});

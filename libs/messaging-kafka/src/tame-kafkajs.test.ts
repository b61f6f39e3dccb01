import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { tameKafkajs, tameRequestQueue } from './tame-kafkajs.ts';

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

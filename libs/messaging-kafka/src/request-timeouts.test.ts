import { createRequire } from 'node:module';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { timeOutWhenDue, type TimedQueue } from './request-timeouts.ts';
import { tameRequestQueue } from './tame-kafkajs.ts';

interface Queue {
  scheduleRequestTimeoutCheck(): void;
  push(request: object): void;
  fulfillRequest(answer: { correlationId: number; payload: unknown; size: number }): void;
  destroy(): void;
}

const load = createRequire(import.meta.url);
const Stock = load('kafkajs/src/network/requestQueue/index.js') as new (options: object) => Queue;

class Timed extends Stock {}
// A copy, so that the class that kafkajs uses stays as it is.
for (const name of ['scheduleCheckPendingRequests', 'sendSocketRequest'] as const) {
  const { value } = Object.getOwnPropertyDescriptor(Stock.prototype, name) as PropertyDescriptor;
  Object.defineProperty(Timed.prototype, name, { value, writable: true });
}
tameRequestQueue(Timed.prototype as unknown as Parameters<typeof tameRequestQueue>[0]);
timeOutWhenDue(Timed.prototype as unknown as TimedQueue);

describe('timeOutWhenDue', () => {
  let queue: Queue;

  beforeEach(() => {
    vi.useFakeTimers();
    queue = new Timed({
      maxInFlightRequests: null,
      requestTimeout: 15_000,
      enforceRequestTimeout: true,
      clientId: 'test',
      broker: 'test:1',
      logger: { debug: () => undefined, warn: () => undefined },
    });
    queue.scheduleRequestTimeoutCheck();
  });

  afterEach(() => {
    queue.destroy();
    vi.useRealTimers();
  });

  /** Sends a request; returns what became of it. */
  function send(correlationId: number, requestTimeout?: number): string[] {
    const ends: string[] = [];
    const resolve = (): void => void ends.push('answered');
    const reject = (error: Error): void => void ends.push(error.name);
    const entry = { apiKey: 1, apiName: 'Test', apiVersion: 1, correlationId, resolve, reject };
    queue.push({ entry, expectResponse: true, requestTimeout, sendRequest: () => undefined });
    return ends;
  }

  it('sets no timer while nothing is under way', () => {
    expect(vi.getTimerCount()).toBe(0);
  });

  it('wakes up twice in half a minute in which all requests are answered', () => {
    const timers = vi.spyOn(globalThis, 'setTimeout');
    for (let id = 1; id <= 60; id += 1) {
      send(id);
      vi.advanceTimersByTime(500);
      queue.fulfillRequest({ correlationId: id, payload: undefined, size: 0 });
    }
    vi.advanceTimersByTime(30_000);

    expect(timers.mock.calls.length).toBeLessThanOrEqual(3);
    expect(vi.getTimerCount()).toBe(0);
    timers.mockRestore();
  });

  it('gives up each request at its own time, the shorter first', () => {
    const long = send(1, 40_000);
    vi.advanceTimersByTime(1_000);
    const short = send(2);

    vi.advanceTimersByTime(14_999);
    expect([long, short]).toEqual([[], []]);
    vi.advanceTimersByTime(1);
    expect([long, short]).toEqual([[], ['KafkaJSRequestTimeoutError']]);
    vi.advanceTimersByTime(24_000);
    expect(long).toEqual(['KafkaJSRequestTimeoutError']);
  });

  it('gives up a request that was sent while an answered one kept the timer', () => {
    send(1);
    vi.advanceTimersByTime(10_000);
    queue.fulfillRequest({ correlationId: 1, payload: undefined, size: 0 });
    const late = send(2);

    vi.advanceTimersByTime(14_999);
    expect(late).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(late).toEqual(['KafkaJSRequestTimeoutError']);
  });
});

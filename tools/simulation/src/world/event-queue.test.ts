import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventQueue, type QueuedEvent } from './event-queue.ts';

describe('EventQueue', () => {
  it('gives events by instant, those of one instant in the order of their planning', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 })), (instants) => {
        const queue = new EventQueue<QueuedEvent>();
        const events = instants.map((atMs, order) => ({ atMs, order, isCancelled: false }));
        for (const event of events) queue.push(event);

        const popped = events.map(() => queue.pop());

        expect(popped).toEqual(events.toSorted((a, b) => a.atMs - b.atMs || a.order - b.order));
        expect(queue.pop()).toBeUndefined();
      }),
    );
  });
});

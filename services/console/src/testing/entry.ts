import type { TimelineEntryView } from '../views.ts';

let made = 0;

/** A hop of a story, for tests. */
export function entry(overrides: Partial<TimelineEntryView> = {}): TimelineEntryView {
  made += 1;
  return {
    id: `entry-${made}`,
    kind: 'event',
    type: 'sluice.orders.v1.OrderPlaced',
    title: 'Order placed',
    detail: '',
    service: 'canonical-mapper',
    topic: 'orders.v1',
    partition: 0,
    offset: String(made),
    key: 'order-1',
    at: '2026-01-15T12:00:00.000Z',
    happenedAt: '2026-01-15T12:00:00.000Z',
    gapMs: null,
    causationId: null,
    traceId: null,
    lineage: null,
    effectKey: null,
    data: {},
    fault: null,
    tone: 'done',
    ...overrides,
  };
}

import { setTimeout as pause } from 'node:timers/promises';
import { at } from './demo-ledgers.ts';
import { askJson } from './demo-http.ts';
import type { PlacedOrder } from './demo-orders.ts';

/** One hop of an order, as the console shows it. */
export interface TimelineEntry {
  readonly at: string;
  readonly service: string;
  readonly title: string;
}

const pollMs = 250;

/**
 * Reads the story of an order from the console.
 *
 * The console follows the topics with a little delay: read until the flow of the order has come to its end there.
 */
export async function readTimeline(
  order: PlacedOrder,
  consoleUrl: string,
  deadlineMs: number,
): Promise<readonly TimelineEntry[]> {
  const url = `${consoleUrl}/api/v1/orders/${encodeURIComponent(order.orderId)}`;
  for (;;) {
    const story = await askJson(url).catch(() => undefined);
    if (isToldToTheEnd(story) || Date.now() > deadlineMs) return entriesOf(story);
    await pause(pollMs);
  }
}

function isToldToTheEnd(story: unknown): boolean {
  const runs = at(story, 'runs');
  return Array.isArray(runs) && runs.some((run) => at(run, 'phase') === 'completed');
}

function entriesOf(story: unknown): TimelineEntry[] {
  const entries = at(story, 'entries');
  if (!Array.isArray(entries)) return [];
  return entries.map((entry) => ({
    at: String(at(entry, 'at')),
    service: String(at(entry, 'service')),
    title: String(at(entry, 'title')),
  }));
}

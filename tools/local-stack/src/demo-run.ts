import { setTimeout as pause } from 'node:timers/promises';
import { examineOrder, type DemoFault } from './demo-checks.ts';
import { askJson } from './demo-http.ts';
import { readLedgers } from './demo-ledgers.ts';
import type { DemoOptions } from './demo-options.ts';
import { demoOrders, placeOrder, type PlacedOrder } from './demo-orders.ts';
import { refundFromBooks } from './demo-refund.ts';
import { settle, type ExaminedOrder, type SettlementFindings } from './demo-settlement.ts';
import { readTimeline, type TimelineEntry } from './demo-timeline.ts';

/** An order of the demo with everything that was found of it. */
export interface ToldOrder extends ExaminedOrder {
  readonly timeline: readonly TimelineEntry[];
}

/** The whole outcome of one demo. */
export interface DemoFindings {
  readonly runId: string;
  readonly orders: readonly ToldOrder[];
  readonly settlement: SettlementFindings;
  readonly faults: readonly DemoFault[];
}

const pollMs = 250;
const settlementWaitMs = 30_000;
const timelineWaitMs = 15_000;

/** Places the orders, lets them be settled and examines what came of them. */
export async function runDemo(
  options: DemoOptions,
  report: (line: string) => void,
): Promise<DemoFindings> {
  const runId = Date.now().toString(36).toUpperCase();
  const deadlineMs = Date.now() + options.waitMsMax;
  const placed = await placeOrders(options, runId, report);
  await refund(placed, options, { deadlineMs, report });
  const examined = await examineUntilDone(placed, options, { deadlineMs, report });
  report('Settlement report with one wrong line');
  const settlement = await settle(examined, options, Date.now() + settlementWaitMs);
  const storyDeadlineMs = Date.now() + timelineWaitMs;
  const orders = await Promise.all(
    examined.map(async ({ order }) => ({
      order,
      timeline: await readTimeline(order, options.urls.console, storyDeadlineMs),
    })),
  );
  // Read once more at the very end, so that a double that came late is found too.
  const ledgers = await readLedgers(options);
  const told = orders.map((one) => ({ ...one, findings: examineOrder(one.order, ledgers) }));
  const faults = [
    ...told.flatMap(({ order, findings, timeline }) => [
      ...findings.faults.map((fault) => ofOrder(order, fault)),
      ...(timeline.length > 0 ? [] : [ofOrder(order, noTimeline)]),
    ]),
    ...settlement.faults,
  ];
  return { runId, orders: told, settlement, faults };
}

const noTimeline: DemoFault = { kind: 'missing', what: 'the console tells no timeline' };

interface Wait {
  readonly deadlineMs: number;
  readonly report: (line: string) => void;
}

async function placeOrders(
  { urls }: DemoOptions,
  runId: string,
  report: (line: string) => void,
): Promise<PlacedOrder[]> {
  const placed: PlacedOrder[] = [];
  for (const expected of demoOrders) {
    report(`Order: ${expected.title}`);
    const webhooks = `${urls['cybersource-twin']}/_control/webhooks`;
    const deliver = async (duplicates: number): Promise<unknown> =>
      await askJson(webhooks, { method: 'PUT', body: JSON.stringify({ duplicates }) });
    if (expected.deliveries > 1) await deliver(expected.deliveries);
    try {
      placed.push(await placeOrder(expected, { shopUrl: urls['shop-twin'], runId }));
    } finally {
      if (expected.deliveries > 1) await deliver(1);
    }
  }
  return placed;
}

async function refund(
  placed: readonly PlacedOrder[],
  { urls }: DemoOptions,
  { deadlineMs, report }: Wait,
): Promise<void> {
  const refunded = placed.filter(({ expected }) => expected.objects.creditNotes > 0);
  for (const order of refunded) {
    report('Credit note for the last order, marked for refund in Zoho');
    while (!(await refundFromBooks(order, urls['zoho-twin']))) {
      if (Date.now() > deadlineMs) return;
      await pause(pollMs);
    }
  }
}

async function examineUntilDone(
  placed: readonly PlacedOrder[],
  options: DemoOptions,
  { deadlineMs, report }: Wait,
): Promise<ExaminedOrder[]> {
  let doneBefore = -1;
  for (;;) {
    const ledgers = await readLedgers(options);
    const examined = placed.map((order) => ({ order, findings: examineOrder(order, ledgers) }));
    const faults = examined.flatMap(({ findings }) => findings.faults);
    const done = examined.filter(({ findings }) => findings.faults.length === 0).length;
    if (done !== doneBefore) report(`Done: ${done} of ${placed.length} orders`);
    doneBefore = done;
    const canHeal = faults.length > 0 && faults.every(({ kind }) => kind === 'missing');
    if (!canHeal || Date.now() > deadlineMs) return examined;
    await pause(pollMs);
  }
}

function ofOrder({ orderNumber }: PlacedOrder, { kind, what }: DemoFault): DemoFault {
  return { kind, what: `${orderNumber}: ${what}` };
}

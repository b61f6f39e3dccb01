import { wordOf } from './demo-checks.ts';
import { demoAmount, type ExpectedObjects } from './demo-orders.ts';
import type { DemoFindings, ToldOrder } from './demo-run.ts';

/** The outcome as one plain object, for scripts. */
export function demoJson({ runId, orders, settlement, faults }: DemoFindings): unknown {
  return {
    hasPassed: faults.length === 0,
    runId,
    orders: orders.map((told) => orderJson(told)),
    settlement: {
      plantedFor: settlement.plantedFor,
      reports: settlement.reports,
      breaks: settlement.breaks,
    },
    faults,
  };
}

function orderJson({ order, findings, timeline }: ToldOrder): unknown {
  const { cardPayments, cardRefunds, mails, ...zoho } = findings.objects;
  return {
    name: order.expected.name,
    orderNumber: order.orderNumber,
    orderId: order.orderId,
    paymentId: order.paymentId,
    amount: { minor: demoAmount.minor, currency: demoAmount.currency },
    outcome: findings.status,
    isAsExpected: findings.faults.length === 0,
    ...(findings.secondsToPaidInvoice === undefined
      ? {}
      : { secondsToPaidInvoice: findings.secondsToPaidInvoice }),
    objects: {
      shop: { orders: [order.orderNumber] },
      cybersource: { payments: idsOf(cardPayments), refunds: idsOf(cardRefunds) },
      zoho: Object.fromEntries(Object.entries(zoho).map(([kind, list]) => [kind, idsOf(list)])),
      mails: mails.length,
    },
    webhookDeliveries: findings.deliveries,
    timeline,
  };
}

function idsOf(objects: readonly Readonly<Record<string, unknown>>[]): unknown[] {
  return objects.map(({ id }) => id);
}

/** The outcome for a person: every order with its timeline, then what is wrong. */
export function demoText(findings: DemoFindings): string {
  const { orders, settlement, faults } = findings;
  const blocks = orders.map((told) => orderText(told));
  const breaks = settlement.breaks.map(({ explanation }) => `    ${explanation}`);
  const verdict =
    faults.length === 0
      ? ['Nothing is missing, nothing is doubled.']
      : faults.map(({ kind, what }) => `  ${kind.toUpperCase()}: ${what}`);
  return [
    ...blocks,
    `Settlement: ${settlement.breaks.length} break, one was planted for ${settlement.plantedFor}`,
    ...breaks,
    '',
    ...verdict,
    '',
  ].join('\n');
}

function orderText({ order, findings, timeline }: ToldOrder): string {
  const sign = findings.faults.length === 0 ? '✓' : '✗';
  const { secondsToPaidInvoice: seconds } = findings;
  const speed = seconds === undefined ? '' : `, invoice paid after ${seconds.toFixed(1)} s`;
  const head = `${sign} ${order.expected.title}: ${order.orderNumber}, ${demoAmount.decimal} ${demoAmount.currency}`;
  const counts = Object.entries(findings.objects)
    .filter(([, list]) => list.length > 0)
    .map(
      ([kind, list]) => `${list.length} ${singular(kind as keyof ExpectedObjects, list.length)}`,
    );
  return [
    `${head} → ${findings.status}${speed}`,
    `    ${counts.join(', ')}`,
    ...timelineLines(timeline),
    '',
  ].join('\n');
}

function singular(kind: keyof ExpectedObjects, count: number): string {
  const word = wordOf(kind);
  return count === 1 ? word.replace(/s$/, '') : word;
}

function timelineLines(timeline: ToldOrder['timeline']): string[] {
  const [first] = timeline;
  const startMs = Date.parse(first?.at ?? '');
  // The steps of a flow come right before or after what they ask for, and would only double the list.
  const shown = timeline.filter(({ title }) => !title.startsWith('Step '));
  const width = Math.max(0, ...shown.map(({ service }) => service.length));
  return shown.map(({ at, service, title }) => {
    const seconds = ((Date.parse(at) - startMs) / 1000).toFixed(2);
    return `    ${`+${seconds}`.padStart(7)} s  ${service.padEnd(width)}  ${title}`;
  });
}

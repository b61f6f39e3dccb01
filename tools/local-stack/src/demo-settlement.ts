import { createHmac } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { DemoFault, OrderFindings } from './demo-checks.ts';
import { askJson } from './demo-http.ts';
import type { DemoOptions } from './demo-options.ts';
import type { PlacedOrder } from './demo-orders.ts';

const shopId = 'demo-shop';
const dayMs = 24 * 60 * 60 * 1000;
const pollMs = 250;
/** What the planted line of the report says; the payment itself was of another amount. */
const wrongAmount = '60.00';

/** A disagreement between the gateway's report and Books, as reconciliation tells it. */
export interface SettlementBreak {
  readonly kind: string;
  readonly explanation: string;
  readonly paymentId: string | null;
  readonly transactionId: string | null;
}

/** How the settlement of the demo's payments came out. */
export interface SettlementFindings {
  /** The order whose line was altered. */
  readonly plantedFor: string;
  readonly reports: readonly string[];
  readonly breaks: readonly SettlementBreak[];
  readonly faults: readonly DemoFault[];
}

export interface ExaminedOrder {
  readonly order: PlacedOrder;
  readonly findings: OrderFindings;
}

/**
 * Alters one line of the settlement report, has the report imported, and waits for the break.
 *
 * The altered line must be planted before the first import, because a line is imported once.
 */
export async function settle(
  orders: readonly ExaminedOrder[],
  options: DemoOptions,
  deadlineMs: number,
): Promise<SettlementFindings> {
  const planted = orders[0];
  if (planted === undefined) throw new Error('There is no order to settle.');
  const [payment] = planted.findings.objects.cardPayments;
  await askJson(`${options.urls['cybersource-twin']}/_control/plant-settlement-line`, {
    method: 'POST',
    body: JSON.stringify({
      requestId: payment?.['id'],
      amount: wrongAmount,
      date: dayOf(payment?.['submitTimeUtc']),
    }),
  });
  const reports = await importReports(orders, options);
  const ids = new Set(orders.flatMap(idsOf));
  let breaks = await readBreaks(options, ids);
  while (breaks.length === 0 && Date.now() < deadlineMs) {
    await pause(pollMs);
    breaks = await readBreaks(options, ids);
  }
  return {
    plantedFor: planted.order.orderNumber,
    reports,
    breaks,
    faults: breakFaults(breaks, String(payment?.['id'])),
  };
}

/** Exactly one break may come of it, and for the right transaction. */
export function breakFaults(
  breaks: readonly SettlementBreak[],
  plantedTransactionId: string,
): DemoFault[] {
  if (breaks.length === 0) {
    return [{ kind: 'missing', what: 'the wrong settlement line did not come out as a break' }];
  }
  const others = breaks.filter(
    ({ kind, transactionId }) =>
      kind !== 'amount_differs' || transactionId !== plantedTransactionId,
  );
  const wrong = others.map(({ explanation }): DemoFault => ({
    kind: 'wrong',
    what: `a break that nobody planted: ${explanation}`,
  }));
  const isDoubled = breaks.length - others.length > 1;
  return isDoubled
    ? [...wrong, { kind: 'doubled', what: 'the wrong settlement line came out more than once' }]
    : wrong;
}

async function importReports(
  orders: readonly ExaminedOrder[],
  options: DemoOptions,
): Promise<string[]> {
  const transactions = orders.flatMap(({ findings }) => [
    ...findings.objects.cardPayments,
    ...findings.objects.cardRefunds,
  ]);
  const days = new Set(transactions.map((one) => dayOf(one['submitTimeUtc'])));
  // A report carries the date on which it ends, so the sales of a day stand in the next day's.
  const reportDates = [...days].map((day) => dayOf(new Date(Date.parse(day) + dayMs)));
  for (const reportDate of reportDates) {
    const body = JSON.stringify({ reportDate });
    await askJson(`${options.urls['cybersource-gateway']}/v1/settlement-imports`, {
      method: 'POST',
      body,
      headers: { 'x-sluice-signature': signatureOf(body, options.shopSigningSecret) },
    });
  }
  return reportDates;
}

async function readBreaks(
  { urls, opsToken }: DemoOptions,
  ids: ReadonlySet<unknown>,
): Promise<SettlementBreak[]> {
  const headers = { authorization: `Bearer ${opsToken}` };
  const url = `${urls.reconciliation}/v1/breaks?withResolved=true&limit=1000`;
  const breaks = (await askJson(url, { headers })) as readonly SettlementBreak[];
  return breaks.filter(
    ({ paymentId, transactionId }) => ids.has(paymentId) || ids.has(transactionId),
  );
}

function idsOf({ order, findings }: ExaminedOrder): unknown[] {
  const { cardPayments, cardRefunds } = findings.objects;
  return [order.paymentId, ...[...cardPayments, ...cardRefunds].map(({ id }) => id)];
}

function dayOf(time: unknown): string {
  return new Date(time instanceof Date ? time : String(time)).toISOString().slice(0, 10);
}

function signatureOf(body: string, secret: string): string {
  const timeMs = Date.now();
  const signature = createHmac('sha256', secret).update(`${timeMs}.${body}`).digest('base64');
  return `t=${timeMs};keyId=${shopId};sig=${signature}`;
}

import { at, listAt, type Json, type LedgerKinds } from '@sluice/end-to-end';
import type { StormEvidence } from './evidence.ts';

/** Orders, refunds and webhooks that were acknowledged and of which no table holds the content. */
export function acknowledgedWithoutRow(evidence: StormEvidence): string[] {
  return [
    ...ordersWithoutRow(evidence),
    ...paymentsWithoutRow(evidence),
    ...refundsWithoutRow(evidence),
    ...webhooksWithoutRow(evidence),
  ];
}

function ordersWithoutRow({ asked, orderContents, shop }: StormEvidence): string[] {
  const rows = new Map(orderContents.map((row) => [row['order_id'], row]));
  const sent = new Map(shop('orders').map((order) => [order['orderNumber'], order['order']]));
  return asked.flatMap(({ acknowledged }) => {
    if (acknowledged === undefined) return [];
    const { orderId, orderNumber } = acknowledged;
    const row = rows.get(orderId);
    if (row === undefined) return [`lost: order ${orderNumber} was acknowledged and has no row`];
    const difference = firstDifference(sent.get(orderNumber), row['content']);
    return difference === undefined
      ? []
      : [`lost: order ${orderNumber} was stored with another ${difference}`];
  });
}

function paymentsWithoutRow({ asked, paymentRows }: StormEvidence): string[] {
  const rows = new Map(paymentRows.map((row) => [row['payment_id'], row]));
  return asked.flatMap(({ acknowledged }) => {
    if (acknowledged === undefined) return [];
    const { paymentId, orderId, totalMinor, currency, orderNumber } = acknowledged;
    const row = rows.get(paymentId);
    if (row === undefined) return [`lost: the payment of ${orderNumber} was acknowledged, no row`];
    const isSame =
      row['order_id'] === orderId &&
      row['amount_minor'] === totalMinor &&
      row['currency'] === currency;
    return isSame ? [] : [`lost: the payment of ${orderNumber} was stored with other content`];
  });
}

function refundsWithoutRow({ refundsAsked, refunds }: StormEvidence): string[] {
  const ids = new Set(refunds.map((row) => row['refund_id']));
  return refundsAsked
    .filter(({ way, acknowledged }) => way === 'api' && acknowledged !== undefined)
    .filter(({ acknowledged }) => !ids.has(acknowledged))
    .map(({ orderNumber }) => `lost: the refund of ${orderNumber} was acknowledged and has no row`);
}

/** A webhook that any attempt of was answered with 2xx must be stored, with the payload that was sent. */
function webhooksWithoutRow({ cybersource, notifications }: StormEvidence): string[] {
  const stored = new Set(
    notifications.map((row) => {
      const payload = JSON.parse(String(row['payload'])) as unknown;
      return contentOf([row['event_type'], row['transaction_id']], payload);
    }),
  );
  return acknowledgedWebhooks(cybersource)
    .filter(({ eventType, content }) => {
      const payload = at(content, 'payload');
      return !stored.has(contentOf([eventType, at(payload, 'data.id')], payload));
    })
    .map(
      ({ id, eventType }) =>
        `lost: webhook ${String(id)} (${String(eventType)}) was acknowledged and has no row`,
    );
}

/** A store may blank what could be a card number, and the ids of Cybersource are as long as one. */
const maybeCardNumber = /[\d -]*\[card number\][\d -]*|[\d -]{12,}/g;

function contentOf(names: readonly unknown[], payload: unknown): string {
  const text = JSON.stringify(payload, sortedKeys).replaceAll(maybeCardNumber, '#');
  return `${names.map(String).join(' ')} ${text}`;
}

function sortedKeys(_name: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function acknowledgedWebhooks(cybersource: LedgerKinds): readonly Json[] {
  return cybersource('webhooks').filter((webhook) =>
    listAt(webhook, 'attempts').some(({ status }) => Number(status) >= 200 && Number(status) < 300),
  );
}

/** The path of the first thing that was sent and is stored otherwise; undefined when all of it is there. */
export function firstDifference(sent: unknown, stored: unknown, path = ''): string | undefined {
  if (typeof sent !== 'object' || sent === null) {
    return Object.is(sent, stored) ? undefined : path || 'content';
  }
  if (typeof stored !== 'object' || stored === null) return path || 'content';
  for (const [name, value] of Object.entries(sent)) {
    const inner = path === '' ? name : `${path}.${name}`;
    const found = firstDifference(value, (stored as Json)[name], inner);
    if (found !== undefined) return found;
  }
  return undefined;
}

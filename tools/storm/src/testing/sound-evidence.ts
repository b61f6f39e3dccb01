import {
  wantedOrderOf,
  type Json,
  type Row,
  type TestOrder,
  type TopicRecord,
} from '@sluice/end-to-end';
import type { StormEvidence } from '../evidence.ts';

export const orderId = 'order-1';
export const paymentId = 'payment-1';
export const transactionId = '7600000000000000000001';
export const refundId = 'refund-1';

const planned = wantedOrderOf({ outcome: 'refunded' }, 1);
export const order: TestOrder = { ...planned, orderId, paymentId };
const { orderNumber, totalMinor } = order;
const sentOrder = { orderNumber, total: '82.35', lines: [{ sku: 'TEA-001', quantity: 3 }] };
const webhookPayload = { data: { id: transactionId, status: 'AUTHORIZED' } };

export interface Kinds {
  readonly cybersource: Record<string, Json[]>;
  readonly zoho: Record<string, Json[]>;
  readonly shop: Record<string, Json[]>;
}

export function row(service: string, columns: Json): Row {
  return { ...columns, service };
}

export function record(topic: string, headers: Record<string, string>): TopicRecord {
  return { topic, key: paymentId, value: Buffer.from('event'), headers };
}

/** One order, paid and refunded in full, as third parties hold it when everything went well. */
export function soundKinds(): Kinds {
  const key = (value: string): Json => ({ cf_sluice_key: value });
  return {
    shop: { orders: [{ orderNumber, order: sentOrder }] },
    cybersource: {
      payments: [
        {
          id: transactionId,
          code: paymentId,
          isSale: true,
          currency: 'EUR',
          amountMinor: totalMinor,
          capturedMinor: totalMinor,
        },
      ],
      refunds: [
        {
          id: 'r',
          rootId: transactionId,
          code: refundId,
          currency: 'EUR',
          amountMinor: totalMinor,
        },
      ],
      webhooks: [
        {
          id: 'w',
          eventType: 'payments.captured',
          content: { payload: webhookPayload },
          attempts: [{ status: 0 }, { status: 200 }],
        },
      ],
    },
    zoho: {
      invoices: [
        { number: 'INV-1', customFields: key(orderId), source: { reference_number: orderNumber } },
      ],
      customerpayments: [
        {
          number: 'PAY-1',
          customFields: key(paymentId),
          source: { reference_number: transactionId },
          currencyCode: 'EUR',
          totalMinor,
        },
      ],
      creditnotes: [{ id: 'cn', currencyCode: 'EUR' }],
      creditnote_refunds: [
        { creditNoteId: 'cn', minor: totalMinor, source: { reference_number: refundId } },
      ],
    },
  };
}

/** What a storm that did no harm leaves behind. */
export function soundEvidence(kinds: Kinds = soundKinds()): StormEvidence {
  return {
    cybersource: (kind) => kinds.cybersource[kind] ?? [],
    zoho: (kind) => kinds.zoho[kind] ?? [],
    shop: (kind) => kinds.shop[kind] ?? [],
    asked: [{ planned, attempts: 2, acknowledged: order }],
    refundsAsked: [{ orderNumber, paymentId, way: 'api', acknowledged: refundId }],
    deviations: [],
    orders: [row('commerce-gateway', { order_id: orderId, order_number: orderNumber })],
    orderContents: [
      row('commerce-gateway', {
        order_id: orderId,
        order_number: orderNumber,
        content: { ...sentOrder, note: '' },
      }),
    ],
    ...soundPayment(),
    ...soundEffects(),
    ...soundEvents(),
    parkedKeys: [],
    heldKeys: [],
    zohoRequests: [
      { path: '/books/v3/invoices', status: 201, atMs: 0 },
      { path: '/api/v1/tickets', status: 200, atMs: 1 },
      { path: '/books/v3/invoices', status: 429, atMs: 52_000 },
    ],
    shownToPeople: new Set(),
    faults: [{ kind: 'third-party-down', target: 'zoho', fromMs: 50_000, toMs: 55_000 }],
    leftOpen: [],
    leaks: [],
    logs: ['nothing to see'],
  };
}

type PaymentPart = Pick<StormEvidence, 'payments' | 'paymentRows' | 'refunds' | 'notifications'>;

function soundPayment(): PaymentPart {
  const payment = {
    payment_id: paymentId,
    order_id: orderId,
    state: 'refunded',
    amount_minor: totalMinor,
    currency: 'EUR',
  };
  return {
    payments: [row('cybersource-gateway', payment)],
    paymentRows: [row('cybersource-gateway', { ...payment, version: '2' })],
    refunds: [
      row('cybersource-gateway', {
        refund_id: refundId,
        payment_id: paymentId,
        state: 'succeeded',
        amount_minor: totalMinor,
      }),
    ],
    notifications: [
      row('cybersource-gateway', {
        event_type: 'payments.captured',
        transaction_id: transactionId,
        // In another order of the names, because a store may keep its own.
        payload: JSON.stringify({ data: { status: 'AUTHORIZED', id: transactionId } }),
      }),
    ],
  };
}

type EffectPart = Pick<StormEvidence, 'effects' | 'effectEnds' | 'attempts' | 'runs' | 'sightings'>;

function soundEffects(): EffectPart {
  const attempt = { effect_key: 'e', request_hash: 'h' };
  return {
    effects: [
      row('zoho-gateway', { key: 'e', subject: orderId, state: 'SUCCEEDED', effect_class: 'C' }),
    ],
    effectEnds: [row('zoho-gateway', { key: 'e', state: 'SUCCEEDED', finished_at: new Date(0) })],
    attempts: [
      row('zoho-gateway', { ...attempt, step: 1, act: 'send', epoch: '2', outcome: 'UNKNOWN' }),
      row('zoho-gateway', { ...attempt, step: 2, act: 'look-up', epoch: '4', outcome: 'ABSENT' }),
      row('zoho-gateway', { ...attempt, step: 3, act: 'send', epoch: '6', outcome: 'SUCCEEDED' }),
    ],
    runs: [row('workflow-engine', { flow: 'f', business_key: orderId, phase: 'completed' })],
    sightings: {
      ends: new Map([['effect e of zoho-gateway', 'SUCCEEDED']]),
      stepsBack: [],
      lookCount: 3,
    },
  };
}

type EventPart = Pick<StormEvidence, 'outbox' | 'records' | 'inbox' | 'timeline'>;

function soundEvents(): EventPart {
  const told = (id: string, version: string): Record<string, string> => ({
    ce_id: id,
    ce_source: 'cybersource-gateway',
    ce_type: 'sluice.cybersource.v1.PaymentUpdated',
    ce_version: version,
  });
  const mapped = (id: string, causationId: string, type: string): Record<string, string> => ({
    ce_id: id,
    ce_source: 'canonical-mapper',
    ce_type: `sluice.payments.v1.${type}`,
    ce_causationid: causationId,
    ce_correlationid: orderId,
  });
  const topic = 'cybersource.notifications.v1';
  const records = [
    record(topic, told('n1', '1')),
    record(topic, told('n2', '2')),
    record('payments.v1', mapped('c1', 'n1', 'PaymentCaptured')),
    record('payments.v1', mapped('c2', 'n2', 'PaymentRefunded')),
  ];
  return {
    outbox: ['n1', 'n2'].map((id) => row('cybersource-gateway', { id, topic })),
    records,
    inbox: ['c1', 'c2'].map((id) =>
      row('reconciliation', { consumer: 'reconciliation.match-settlement', event_id: id }),
    ),
    timeline: ['n1', 'n2', 'c1', 'c2'].map((id) => row('console', { topic, event_id: id })),
  };
}

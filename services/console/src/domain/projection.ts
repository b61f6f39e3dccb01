import type { EventMap, EventType, PaymentUpdated } from '@sluice/contracts';
import { parseDecimal } from '@sluice/money';
import { microsToIso } from '@sluice/messaging';
import type { Hop } from './hop.ts';
import { referencesOf } from './links.ts';

/** Rows to write, column by column name; amounts and offsets are texts. */
export type Row = Readonly<Record<string, string | number | boolean | null>>;

/** What a batch of hops changes, table by table. */
export interface Projected {
  readonly payments: readonly Row[];
  readonly orders: readonly Row[];
  readonly references: readonly Row[];
  readonly runs: readonly Row[];
  readonly breaks: readonly Row[];
  readonly matches: readonly Row[];
  readonly reports: readonly Row[];
}

/** A payment never goes back: of two steps at one instant the later one in this order counts. */
const ranks: Readonly<Record<string, number>> = {
  authorized: 1,
  in_review: 2,
  captured: 3,
  declined: 3,
  voided: 4,
  refunded: 5,
};

const stepByType: Partial<Readonly<Record<EventType, string>>> = {
  'sluice.payments.v1.PaymentAuthorized': 'authorized',
  'sluice.payments.v1.PaymentCaptured': 'captured',
  'sluice.payments.v1.PaymentDeclined': 'declined',
  'sluice.payments.v1.PaymentReviewRequested': 'in_review',
  'sluice.payments.v1.PaymentVoided': 'voided',
  'sluice.payments.v1.PaymentRefunded': 'refunded',
};

const keyColumns: Readonly<Record<keyof Projected, readonly string[]>> = {
  payments: ['payment_id'],
  orders: ['order_id'],
  references: ['order_id', 'kind', 'value'],
  runs: ['run_id'],
  breaks: ['break_id'],
  matches: ['line_id'],
  reports: ['report_id'],
};

/** Folds hops into rows; of two hops with one key the later one in the batch counts. */
export function project(hops: readonly Hop[]): Projected {
  const tables = {
    payments: new Map<string, Row>(),
    orders: new Map<string, Row>(),
    references: new Map<string, Row>(),
    runs: new Map<string, Row>(),
    breaks: new Map<string, Row>(),
    matches: new Map<string, Row>(),
    reports: new Map<string, Row>(),
  };
  const put = (table: keyof Projected, row: Row | undefined): void => {
    if (row === undefined) return;
    const key = [row['tenant'], ...keyColumns[table].map((column) => row[column])].join('\n');
    tables[table].set(key, row);
  };
  for (const hop of hops) {
    put('payments', paymentRow(hop));
    put('orders', orderRow(hop));
    for (const row of referenceRows(hop)) put('references', row);
    put('runs', runRow(hop));
    put('breaks', breakRow(hop));
    put('matches', matchRow(hop));
    put('reports', reportRow(hop));
  }
  const rows = (table: keyof typeof tables): readonly Row[] => [...tables[table].values()];
  return {
    payments: rows('payments'),
    orders: rows('orders'),
    references: rows('references'),
    runs: rows('runs'),
    breaks: rows('breaks'),
    matches: rows('matches'),
    reports: rows('reports'),
  };
}

function dataOf<T extends EventType>(hop: Hop, type: T): EventMap[T] | undefined {
  return hop.event?.type === type ? (hop.event.data as EventMap[T]) : undefined;
}

function common(hop: Hop): Row {
  return {
    tenant: hop.tenant,
    last_event_at: microsToIso(hop.happenedAt),
    last_event_type: hop.type,
  };
}

function paymentRow(hop: Hop): Row | undefined {
  const updated = dataOf(hop, 'sluice.cybersource.v1.PaymentUpdated');
  if (updated !== undefined) return vendorPaymentRow(hop, updated);
  const { event } = hop;
  const step = event === undefined ? undefined : stepByType[event.type];
  if (event === undefined || step === undefined) return undefined;
  const data = event.data as EventMap['sluice.payments.v1.PaymentCaptured'] &
    Partial<EventMap['sluice.payments.v1.PaymentRefunded']>;
  const isRefund = step === 'refunded';
  return {
    ...common(hop),
    payment_id: data.paymentId,
    order_id: data.orderId,
    order_number: data.orderNumber,
    shop_id: data.shopId,
    step,
    step_at: microsToIso(data.occurredAt),
    step_rank: ranks[step] ?? 0,
    minor: isRefund ? null : data.amount.minor.toString(),
    currency: data.amount.currency,
    refunded_minor: data.refundedTotal?.minor.toString() ?? '0',
    transaction_id: data.rootTransactionId,
    customer_name: data.customerName,
    customer_email: data.customerEmail.toLowerCase(),
    card_brand: data.cardBrand,
    card_last4: data.cardLast4,
    reason: data.reasonText,
  };
}

/** A vendor's word makes the payment visible before it is mapped, or when it never is. */
function vendorPaymentRow(hop: Hop, data: PaymentUpdated): Row {
  const isRefund = data.state === 'refunded';
  return {
    ...common(hop),
    payment_id: data.paymentId,
    order_id: data.orderId,
    order_number: data.orderNumber,
    shop_id: data.shopId,
    step: data.state,
    step_at: microsToIso(data.occurredAt),
    step_rank: ranks[data.state] ?? 0,
    minor: isRefund ? null : minorOf(data.amount, data.currency),
    currency: data.currency,
    refunded_minor: minorOf(data.refundedTotal ?? '0', data.currency) ?? '0',
    transaction_id: data.rootTransactionId,
    customer_name: data.fullName,
    customer_email: data.email.toLowerCase(),
    card_brand: '',
    card_last4: data.cardLast4,
    reason: '',
  };
}

function orderRow(hop: Hop): Row | undefined {
  const placed = dataOf(hop, 'sluice.orders.v1.OrderPlaced');
  if (placed !== undefined) {
    const { customer, total } = placed;
    return {
      ...common(hop),
      order_id: placed.orderId,
      order_number: placed.orderNumber,
      shop_id: placed.shopId,
      customer_name: `${customer.firstName} ${customer.lastName}`.trim(),
      customer_email: customer.email.toLowerCase(),
      minor: total.minor.toString(),
      currency: total.currency,
      line_count: placed.lines.length,
      placed_at: microsToIso(placed.placedAt),
    };
  }
  const received = dataOf(hop, 'sluice.commerce.v1.OrderReceived');
  if (received === undefined) return undefined;
  return {
    ...common(hop),
    order_id: received.orderId,
    order_number: received.orderNumber,
    shop_id: received.shopId,
    customer_name: received.fullName,
    customer_email: received.email.toLowerCase(),
    minor: minorOf(received.total, received.currency),
    currency: received.currency,
    line_count: received.lines.length,
    placed_at: microsToIso(hop.happenedAt),
  };
}

function referenceRows(hop: Hop): Row[] {
  const orderId = hop.event?.correlationId;
  if (orderId === undefined) return [];
  const toldAt = microsToIso(hop.happenedAt);
  return referencesOf(hop.data).map(({ kind, value }) => ({
    tenant: hop.tenant,
    order_id: orderId,
    kind,
    value,
    told_at: toldAt,
  }));
}

function runRow(hop: Hop): Row | undefined {
  const data = dataOf(hop, 'sluice.flows.v1.RunLifecycleChanged');
  if (data === undefined) return undefined;
  const [scope, change = ''] = data.lifecycle.split('.');
  const isTask = scope === 'task';
  return {
    tenant: hop.tenant,
    run_id: data.runId,
    order_id: data.businessKey,
    flow: data.flow,
    flow_version: data.flowVersion,
    phase: isTask ? null : change,
    task: isTask ? data.task : null,
    task_status: isTask ? change : null,
    detail: data.detail,
    changed_at: microsToIso(data.changedAt),
    log_offset: hop.offset.toString(),
  };
}

function breakRow(hop: Hop): Row | undefined {
  const data = dataOf(hop, 'sluice.reconciliation.v1.BreakDetected');
  if (data === undefined) return undefined;
  return {
    tenant: hop.tenant,
    break_id: data.breakId,
    report_id: data.reportId,
    kind: data.kind,
    line_id: data.lineId,
    payment_id: data.paymentId,
    order_id: hop.event?.correlationId ?? null,
    books_id: data.booksId,
    transaction_id: data.transactionId,
    gateway_minor: data.gatewayAmount?.minor.toString() ?? null,
    gateway_currency: data.gatewayAmount?.currency ?? null,
    books_minor: data.booksAmount?.minor.toString() ?? null,
    books_currency: data.booksAmount?.currency ?? null,
    explanation: data.explanation,
    detected_at: microsToIso(data.detectedAt),
  };
}

function matchRow(hop: Hop): Row | undefined {
  const data = dataOf(hop, 'sluice.reconciliation.v1.SettlementLineMatched');
  if (data === undefined) return undefined;
  const { lineId, reportId, matchedAt } = data;
  return {
    tenant: hop.tenant,
    line_id: lineId,
    report_id: reportId,
    matched_at: microsToIso(matchedAt),
  };
}

function reportRow(hop: Hop): Row | undefined {
  const data = dataOf(hop, 'sluice.settlements.v1.SettlementReportImported');
  if (data === undefined) return undefined;
  return {
    tenant: hop.tenant,
    report_id: data.reportId,
    merchant_id: data.merchantId,
    report_date: data.reportDate,
    line_count: data.lineCount.toString(),
    imported_at: microsToIso(data.importedAt),
  };
}

/** Minor units as text; null for an amount that is none, which the mapper refuses with its reason. */
function minorOf(amount: string, currency: string): string | null {
  try {
    return parseDecimal(amount, currency).minor.toString();
  } catch {
    return null;
  }
}

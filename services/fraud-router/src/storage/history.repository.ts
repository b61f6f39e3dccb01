import { Injectable } from '@nestjs/common';
import type { EventRecord } from '@sluice/messaging';
import type { EntityManager } from 'typeorm';
import type { HistoryFacts, OrderFacts } from '../domain/facts.ts';
import { unknownOrder } from '../domain/facts.ts';

/** How a payment came out, as the history keeps it. */
export type PaymentOutcome = 'captured' | 'declined' | 'reviewed';

/** An event that tells an outcome. */
export type OutcomeEvent = EventRecord<
  | 'sluice.payments.v1.PaymentCaptured'
  | 'sluice.payments.v1.PaymentDeclined'
  | 'sluice.payments.v1.PaymentReviewRequested'
>;

const outcomeByType: Readonly<Record<OutcomeEvent['type'], PaymentOutcome>> = {
  'sluice.payments.v1.PaymentCaptured': 'captured',
  'sluice.payments.v1.PaymentDeclined': 'declined',
  'sluice.payments.v1.PaymentReviewRequested': 'reviewed',
};

const insertOutcomes = `
  insert into payment_outcome (tenant, payment_id, outcome, email, ip_address, occurred_at)
  select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[])
  on conflict do nothing`;

const insertOrders = `
  insert into order_fact (tenant, order_id, email, pieces, billing_country, shipping_country,
    is_company, placed_at)
  select * from unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[],
    $7::boolean[], $8::timestamptz[])
  on conflict do nothing`;

const selectOrder = `
  select email, pieces, billing_country, shipping_country, is_company
  from order_fact where tenant = $1 and order_id = $2`;

// The payment that is being scored counts for its internet address only: it is no history yet.
const selectHistory = `
  select
    count(*) filter (where outcome = 'captured') as captured,
    count(*) filter (where outcome = 'declined') as declined,
    count(*) filter (where outcome = 'reviewed') as reviewed,
    count(*) filter (where outcome = 'declined' and occurred_at > $4::timestamptz - interval '1 day')
      as declined_last_day,
    coalesce(greatest(0, floor(extract(epoch from $4::timestamptz - min(occurred_at)) / 86400)), 0)
      ::bigint as days_known,
    (select count(distinct email) from payment_outcome
      where tenant = $1 and ip_address = $5 and ip_address <> '' and email <> ''
        and occurred_at between $4::timestamptz - interval '1 day' and $4::timestamptz)
      as customers_on_address
  from payment_outcome
  where tenant = $1 and email = $2 and email <> '' and payment_id <> $3
    and occurred_at <= $4::timestamptz`;

interface OrderRow {
  readonly email: string;
  readonly pieces: string;
  readonly billing_country: string;
  readonly shipping_country: string;
  readonly is_company: boolean;
}

interface HistoryRow {
  readonly captured: string;
  readonly declined: string;
  readonly reviewed: string;
  readonly declined_last_day: string;
  readonly customers_on_address: string;
  readonly days_known: string;
}

/** The service's own memory of customers; one statement per batch, a repeat changes nothing. */
@Injectable()
export class HistoryRepository {
  /** Keeps how payments came out; a payment and outcome seen before stays as it was. */
  async addOutcomes(tx: EntityManager, events: readonly OutcomeEvent[]): Promise<void> {
    if (events.length === 0) return;
    await tx.query(insertOutcomes, [
      events.map((event) => event.tenant),
      events.map((event) => event.data.paymentId),
      events.map((event) => outcomeByType[event.type]),
      events.map((event) => event.data.customerEmail),
      events.map((event) => event.data.risk?.ipAddress ?? ''),
      events.map((event) => isoOf(event.data.occurredAt)),
    ]);
  }

  /** Keeps the facts of orders; the first version of an order stays. */
  async addOrders(
    tx: EntityManager,
    events: readonly EventRecord<'sluice.orders.v1.OrderPlaced'>[],
  ): Promise<void> {
    if (events.length === 0) return;
    const customers = events.map((event) => event.data.customer);
    await tx.query(insertOrders, [
      events.map((event) => event.tenant),
      events.map((event) => event.data.orderId),
      customers.map((customer) => customer.email),
      events.map((event) => piecesOf(event.data.lines).toString()),
      customers.map((customer) => customer.billingAddress.country),
      customers.map((customer) => (customer.shippingAddress ?? customer.billingAddress).country),
      customers.map((customer) => customer.company !== ''),
      events.map((event) => isoOf(event.data.placedAt)),
    ]);
  }

  /** Facts of an order; `isKnown` is false where it has not been seen. */
  async orderOf(tx: EntityManager, tenant: string, orderId: string): Promise<OrderFacts> {
    const [row]: OrderRow[] = await tx.query(selectOrder, [tenant, orderId]);
    if (row === undefined) return unknownOrder;
    return {
      isKnown: true,
      email: row.email,
      pieces: BigInt(row.pieces),
      billingCountry: row.billing_country,
      shippingCountry: row.shipping_country,
      isCompany: row.is_company,
    };
  }

  /** What is known of the payer as of the review, without the payment itself. */
  async historyBefore(
    tx: EntityManager,
    review: EventRecord<'sluice.payments.v1.PaymentReviewRequested'>,
  ): Promise<HistoryFacts> {
    const { customerEmail, paymentId, occurredAt, risk } = review.data;
    const [row]: HistoryRow[] = await tx.query(selectHistory, [
      review.tenant,
      customerEmail,
      paymentId,
      isoOf(occurredAt),
      risk?.ipAddress ?? '',
    ]);
    return {
      email: customerEmail,
      captured: BigInt(row?.captured ?? 0),
      declined: BigInt(row?.declined ?? 0),
      reviewed: BigInt(row?.reviewed ?? 0),
      declinedLastDay: BigInt(row?.declined_last_day ?? 0),
      customersOnAddressLastDay: BigInt(row?.customers_on_address ?? 0),
      daysKnown: BigInt(row?.days_known ?? 0),
    };
  }

  /** Forgets outcomes and orders older than the retention, a bounded slice; returns how many. */
  async prune(tx: EntityManager, retentionDays: number, limit: number): Promise<number> {
    let deleted = 0;
    for (const [table, column] of prunedTables) {
      const [, count]: [unknown, number] = await tx.query(
        `delete from ${table} where ctid = any(array(select ctid from ${table}
           where ${column} < now() - make_interval(days => $1) limit $2))`,
        [retentionDays, limit],
      );
      deleted += count;
    }
    return deleted;
  }
}

const prunedTables = [
  ['payment_outcome', 'occurred_at'],
  ['order_fact', 'placed_at'],
] as const;

function piecesOf(lines: readonly { readonly quantity: bigint }[]): bigint {
  return lines.reduce((sum, line) => sum + line.quantity, 0n);
}

function isoOf(micros: bigint): string {
  return new Date(Number(micros / 1000n)).toISOString();
}

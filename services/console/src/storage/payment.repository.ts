import { Injectable } from '@nestjs/common';
import { asFailures } from '@sluice/postgres';
import { DataSource } from 'typeorm';
import { type Cursor, pageOf } from '../domain/cursor.ts';
import { moneyView } from '../domain/money-view.ts';
import type { PageView, PaymentView } from '../views.ts';

/** Which payments to list. */
export interface PaymentsFilter {
  /** Beginning of an order number, id, e-mail address or name, in lower case. */
  readonly text?: string;
  readonly state?: string;
  readonly cursor?: Cursor;
  readonly limit: number;
}

interface PaymentRow extends Omit<PaymentView, 'amount' | 'refunded'> {
  readonly minor: string | null;
  readonly currency: string | null;
  readonly refundedMinor: string;
  readonly cursorAt: string;
}

// Candidates first, each by an index, so that a search never reads the whole table.
const matching = `
  matching as (
    select order_id from order_view where tenant = $1 and order_number ^@ $6
    union select order_id from order_view where tenant = $1 and customer_email ^@ $2
    union select order_id from order_view where tenant = $1 and lower(customer_name) ^@ $2
    union select order_id from order_view where tenant = $1 and order_id = upper($6)
    union select order_id from payment_view where tenant = $1 and order_number ^@ $6
    union select order_id from payment_view where tenant = $1 and customer_email ^@ $2
    union select order_id from payment_view where tenant = $1 and lower(customer_name) ^@ $2
    union select order_id from payment_view where tenant = $1 and payment_id in ($6, upper($6))
    union select order_id from payment_view where tenant = $1 and order_id in ($6, upper($6))
    union select order_id from order_reference where tenant = $1 and value ^@ $6
  )`;

const letters = (orderId: string): string =>
  `(select count(*)::int from dead_letter d where d.tenant = $1 and d.links && array[${orderId}])`;

const paymentColumns = `
  p.payment_id as "paymentId", p.order_id as "orderId", p.order_number as "orderNumber",
  p.shop_id as "shopId", p.state, p.minor, p.currency, p.refunded_minor as "refundedMinor",
  p.customer_name as "customerName", p.customer_email as "customerEmail",
  p.card_brand as "cardBrand", p.card_last4 as "cardLast4", p.reason, p.first_at as at,
  p.last_event_at as "lastEventAt", p.last_event_type as "lastEventType",
  p.first_at::text as "cursorAt", p.payment_id as row_id, p.first_at as row_at`;

const unpaidColumns = `
  null, o.order_id, o.order_number, o.shop_id, 'awaiting_payment', o.minor, o.currency, 0,
  o.customer_name, o.customer_email, '', '', '', o.placed_at, o.last_event_at, o.last_event_type,
  o.placed_at::text, o.order_id, o.placed_at`;

const bounds = (at: string, id: string): string =>
  `and ($4::timestamptz is null or (${at}, ${id}) < ($4, $5))`;

function pageSql(isSearch: boolean): string {
  const found = (id: string): string =>
    isSearch ? `and ${id} in (select order_id from matching)` : '';
  return `
    with ${isSearch ? `${matching},` : ''} page as (
      (select ${paymentColumns} from payment_view p
        where p.tenant = $1 and ($3::text is null or p.state = $3) ${found('p.order_id')}
          ${bounds('p.first_at', 'p.payment_id')}
        order by p.first_at desc, p.payment_id desc limit $7)
      union all
      (select ${unpaidColumns} from order_view o
        where o.tenant = $1 and not o.has_payment and coalesce($3, 'awaiting_payment') = 'awaiting_payment'
          ${found('o.order_id')} ${bounds('o.placed_at', 'o.order_id')}
        order by o.placed_at desc, o.order_id desc limit $7)
    )
    select page.*, ${letters('page."orderId"')} as "deadLetters" from page
    where ($2::text is null or $6::text is not null)
    order by row_at desc, row_id desc limit $7`;
}

const ofOrderSql = `
  select ${paymentColumns}, ${letters('p.order_id')} as "deadLetters"
  from payment_view p where p.tenant = $1 and p.order_id = $2
  order by p.first_at, p.payment_id limit 100`;

/** Payments as people look for them. */
@Injectable()
export class PaymentRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Newest first: payments, and orders that nobody has paid. */
  async page(tenant: string, filter: PaymentsFilter): Promise<PageView<PaymentView>> {
    const { text, state = null, cursor, limit } = filter;
    const isSearch = text !== undefined;
    const rows = await asFailures(() =>
      this.dataSource.query<PaymentRow[]>(pageSql(isSearch), [
        tenant,
        text?.toLowerCase() ?? null,
        state,
        cursor?.at ?? null,
        cursor?.id ?? null,
        text ?? null,
        limit + 1,
      ]),
    );
    return pageOf(rows, limit, { of: viewOf, id: (row) => row.paymentId ?? row.orderId });
  }

  /** The payments of one order, oldest first. */
  async ofOrder(tenant: string, orderId: string): Promise<readonly PaymentView[]> {
    const rows = await asFailures(() =>
      this.dataSource.query<PaymentRow[]>(ofOrderSql, [tenant, orderId]),
    );
    return rows.map(viewOf);
  }

  /** The order of a payment; undefined when no event has told of it. */
  async orderOf(tenant: string, paymentId: string): Promise<string | undefined> {
    const rows = await asFailures(() =>
      this.dataSource.query<{ order_id: string }[]>(
        'select order_id from payment_view where tenant = $1 and payment_id = $2',
        [tenant, paymentId],
      ),
    );
    return rows[0]?.order_id;
  }
}

function viewOf(row: PaymentRow): PaymentView {
  const { paymentId, orderId, orderNumber, shopId, state, customerName, customerEmail } = row;
  const { cardBrand, cardLast4, reason, at, lastEventAt, lastEventType, deadLetters } = row;
  const refunded = row.refundedMinor === '0' ? null : row.refundedMinor;
  return {
    paymentId,
    orderId,
    orderNumber,
    shopId,
    state,
    amount: moneyView(row.minor, row.currency),
    refunded: moneyView(refunded, row.currency),
    customerName,
    customerEmail,
    cardBrand,
    cardLast4,
    reason,
    at,
    lastEventAt,
    lastEventType,
    deadLetters,
  };
}

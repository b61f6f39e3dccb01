import { Injectable } from '@nestjs/common';
import { asFailures } from '@sluice/postgres';
import { DataSource } from 'typeorm';
import type { Reference } from '../domain/links.ts';
import { moneyView } from '../domain/money-view.ts';
import type { StoredHop } from '../domain/story.ts';
import type { OrderView, RunView } from '../views.ts';

/** Hops of one story at most. */
export const hopsMax = 2_000;

const orderSql = `
  select order_id as "orderId", order_number as "orderNumber", shop_id as "shopId",
    customer_name as "customerName", customer_email as "customerEmail", minor, currency,
    line_count as "lineCount", placed_at as "placedAt"
  from order_view where tenant = $1 and order_id = $2`;

const referencesSql = `
  select kind, value from order_reference where tenant = $1 and order_id = $2
  order by told_at, kind, value limit 200`;

const runsSql = `
  select run_id as "runId", flow, flow_version as "flowVersion", phase, task,
    task_status as "taskStatus", detail, started_at as "startedAt", changed_at as "changedAt"
  from run_view where tenant = $1 and order_id = $2 order by started_at, run_id limit 100`;

const hopsSql = `
  select event_id as "eventId", seq, topic, partition, log_offset as "offset", type, source, key,
    happened_at as "happenedAt", published_at as "publishedAt", causation_id as "causationId",
    trace_id as "traceId", data, fault
  from timeline_entry where tenant = $1 and links && $2::text[] order by seq limit ${hopsMax + 1}`;

interface OrderRow extends Omit<OrderView, 'total'> {
  readonly minor: string | null;
  readonly currency: string | null;
}

/** Reads what is known of one order. */
@Injectable()
export class StoryRepository {
  constructor(private readonly dataSource: DataSource) {}

  async order(tenant: string, orderId: string): Promise<OrderView | null> {
    const [row] = await this.#query<OrderRow>(orderSql, [tenant, orderId]);
    if (row === undefined) return null;
    const { minor, currency, ...order } = row;
    return { ...order, total: moneyView(minor, currency) };
  }

  async references(tenant: string, orderId: string): Promise<readonly Reference[]> {
    return await this.#query<Reference>(referencesSql, [tenant, orderId]);
  }

  async runs(tenant: string, orderId: string): Promise<readonly RunView[]> {
    return await this.#query<RunView>(runsSql, [tenant, orderId]);
  }

  /** Hops that name any of the ids, in the order in which they were seen; one more than `hopsMax` at most. */
  async hops(tenant: string, ids: readonly string[]): Promise<readonly StoredHop[]> {
    return await this.#query<StoredHop>(hopsSql, [tenant, ids]);
  }

  async #query<R>(sql: string, given: readonly unknown[]): Promise<R[]> {
    return await asFailures(() => this.dataSource.query<R[]>(sql, [...given]));
  }
}

import { asFailures } from '@sluice/postgres';
import type { DataSource, EntityManager } from 'typeorm';
import type { ShopOrder } from '../domain/order.ts';

/** An order as it stands. */
export interface StoredOrder {
  readonly orderId: string;
  readonly shopId: string;
  readonly orderNumber: string;
  readonly fingerprint: string;
  readonly status: string;
}

interface OrderRow {
  readonly order_id: string;
  readonly shop_id: string;
  readonly order_number: string;
  readonly fingerprint: string;
  readonly status: string;
}

const columns = 'order_id, shop_id, order_number, fingerprint, status';

const insertSql = `
  insert into shop_order (tenant, order_id, shop_id, order_number, fingerprint, content)
  values ($1, $2, $3, $4, $5, $6::jsonb)
  on conflict (tenant, shop_id, order_number) do nothing
  returning ${columns}`;

const byNumberSql = `
  select ${columns} from shop_order where tenant = $1 and shop_id = $2 and order_number = $3`;

const byIdSql = `select ${columns} from shop_order where tenant = $1 and order_id = $2`;

const statusSql = `
  update shop_order set status = $3, status_detail = $4, updated_at = now()
  where tenant = $1 and order_id = $2`;

/** Orders of shops. */
export class OrderRepository {
  private readonly dataSource: DataSource;
  private readonly tenant: string;

  constructor(dataSource: DataSource, tenant: string) {
    this.dataSource = dataSource;
    this.tenant = tenant;
  }

  /** Stores the order; undefined when the shop has sent one under this number before. */
  async insert(
    tx: EntityManager,
    order: ShopOrder,
    ids: { readonly orderId: string; readonly fingerprint: string },
  ): Promise<StoredOrder | undefined> {
    const { shopId, orderNumber } = order;
    const content = JSON.stringify(order);
    const { orderId, fingerprint } = ids;
    const values = [this.tenant, orderId, shopId, orderNumber, fingerprint, content];
    return first(await tx.query(insertSql, values));
  }

  async findByNumber(
    tx: EntityManager,
    shopId: string,
    orderNumber: string,
  ): Promise<StoredOrder | undefined> {
    return first(await tx.query(byNumberSql, [this.tenant, shopId, orderNumber]));
  }

  async findById(orderId: string): Promise<StoredOrder | undefined> {
    const values = [this.tenant, orderId];
    return first(await asFailures(() => this.dataSource.query(byIdSql, values)));
  }

  async setStatus(
    tx: EntityManager,
    orderId: string,
    change: { readonly status: string; readonly detail: string },
  ): Promise<void> {
    await tx.query(statusSql, [this.tenant, orderId, change.status, change.detail]);
  }
}

function first(rows: unknown): StoredOrder | undefined {
  const [row] = rows as OrderRow[];
  return row === undefined
    ? undefined
    : {
        orderId: row.order_id,
        shopId: row.shop_id,
        orderNumber: row.order_number,
        fingerprint: row.fingerprint,
        status: row.status,
      };
}

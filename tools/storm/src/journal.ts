import { appendFileSync } from 'node:fs';
import type { PlannedOrder, TestOrder } from '@sluice/end-to-end';

/** An order that the load has asked for, and the answer that counted. */
export interface OrderEntry {
  readonly planned: PlannedOrder;
  attempts: number;
  /** The order as the shop acknowledged it; undefined while nobody has. */
  acknowledged?: TestOrder;
}

/** A refund that the load has asked for. */
export interface RefundEntry {
  readonly orderNumber: string;
  readonly paymentId: string;
  readonly way: 'books' | 'api';
  /** The gateway's id of the refund, or the bookkeeper's credit note. */
  acknowledged?: string;
}

/**
 * What the load asked for and what was acknowledged to it: the only thing the product may be held to.
 *
 * Written down before a request leaves and after its answer, so that it can be read when a storm went wrong.
 */
export class Journal {
  readonly orders: OrderEntry[] = [];
  readonly refunds: RefundEntry[] = [];
  private readonly file: string;

  constructor(file: string) {
    this.file = file;
  }

  asked(planned: PlannedOrder): OrderEntry {
    const entry = { planned, attempts: 0 };
    this.orders.push(entry);
    this.write({ asked: planned.orderNumber });
    return entry;
  }

  acknowledgedOrder(entry: OrderEntry, order: TestOrder): void {
    entry.acknowledged = order;
    const { orderNumber, orderId, paymentId } = order;
    this.write({ acknowledged: orderNumber, orderId, paymentId, attempts: entry.attempts });
  }

  askedRefund(order: TestOrder, way: RefundEntry['way']): RefundEntry {
    const { orderNumber, paymentId } = order;
    const entry = { orderNumber, paymentId, way };
    this.refunds.push(entry);
    this.write({ askedRefund: orderNumber, way });
    return entry;
  }

  acknowledgedRefund(entry: RefundEntry, id: string): void {
    entry.acknowledged = id;
    this.write({ acknowledgedRefund: entry.orderNumber, id });
  }

  /** The orders somebody was promised. */
  acknowledgedOrders(): readonly TestOrder[] {
    return this.orders.flatMap(({ acknowledged }) => acknowledged ?? []);
  }

  private write(line: Readonly<Record<string, unknown>>): void {
    appendFileSync(this.file, `${JSON.stringify({ at: new Date().toISOString(), ...line })}\n`);
  }
}

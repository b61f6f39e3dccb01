import { Injectable } from '@nestjs/common';
import { Clock, newId } from '@sluice/clock';
import type { EventRecord } from '@sluice/messaging';
import { Outbox } from '@sluice/outbox';
import { inTransaction } from '@sluice/postgres';
import { DataSource } from 'typeorm';
import { CommerceGatewaySettings } from '../config.ts';
import { checkAmounts, fingerprintOf, type ShopOrder } from '../domain/order.ts';
import { errors } from '../errors.ts';
import { OrderRepository, type StoredOrder } from '../storage/order.repository.ts';

/** An order, and whether this call stored it. */
export interface ReceivedOrder {
  readonly order: StoredOrder;
  readonly isNew: boolean;
}

/**
 * Takes orders of shops, once per shop and order number.
 *
 * The order and its event are one transaction. The same order again gives the same answer; another
 * one under the same number is a conflict.
 */
@Injectable()
export class ReceiveOrder {
  constructor(
    private readonly dataSource: DataSource,
    private readonly orders: OrderRepository,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
    private readonly settings: CommerceGatewaySettings,
  ) {}

  async receive(order: ShopOrder, signingShopId: string): Promise<ReceivedOrder> {
    if (order.shopId !== signingShopId) throw errors.failure('SHOP_MISMATCH');
    checkAmounts(order);
    const fingerprint = fingerprintOf(order);
    const { orders, outbox } = this;
    return await inTransaction(this.dataSource, async (tx) => {
      const stored = await orders.insert(tx, order, { orderId: newId(), fingerprint });
      if (stored !== undefined) {
        await outbox.append(tx, [this.eventOf(stored.orderId, order)]);
        return { order: stored, isNew: true };
      }
      const known = await orders.findByNumber(tx, order.shopId, order.orderNumber);
      if (known?.fingerprint !== fingerprint) throw errors.failure('ORDER_CONFLICT');
      return { order: known, isNew: false };
    });
  }

  /** The order, for the shop it belongs to. */
  async find(orderId: string, signingShopId: string): Promise<StoredOrder> {
    const order = await this.orders.findById(orderId);
    if (order?.shopId !== signingShopId) throw errors.failure('ORDER_NOT_FOUND');
    return order;
  }

  private eventOf(
    orderId: string,
    order: ShopOrder,
  ): EventRecord<'sluice.commerce.v1.OrderReceived'> {
    const { customer } = order;
    return {
      id: newId(),
      type: 'sluice.commerce.v1.OrderReceived',
      source: 'commerce-gateway',
      tenant: this.settings.tenant,
      key: orderId,
      time: this.clock.nowMicros(),
      correlationId: orderId,
      data: {
        orderId,
        shopId: order.shopId,
        orderNumber: order.orderNumber,
        placedAt: order.placedAt,
        currency: order.currency,
        customerId: customer.customerId,
        email: customer.email,
        fullName: customer.fullName,
        company: customer.company ?? '',
        phone: customer.phone ?? '',
        billingAddressText: customer.billingAddress,
        shippingAddressText: customer.shippingAddress ?? '',
        lines: order.lines.map((line) => ({ ...line, quantity: BigInt(line.quantity) })),
        shippingTotal: order.shippingTotal ?? '0',
        total: order.total,
        note: order.note ?? '',
      },
    };
  }
}

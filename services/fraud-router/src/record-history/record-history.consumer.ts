import { Controller } from '@nestjs/common';
import { Consume, type Delivery } from '@sluice/messaging';
import { Inbox } from '@sluice/outbox';
import { inTransaction } from '@sluice/postgres';
import { DataSource } from 'typeorm';
import { HistoryRepository, type OutcomeEvent } from '../storage/history.repository.ts';

const group = 'fraud-router.score-payment';

/** Remembers customers by their orders and by how their payments came out. */
@Controller()
export class RecordHistoryConsumer {
  constructor(
    private readonly dataSource: DataSource,
    private readonly inbox: Inbox,
    private readonly history: HistoryRepository,
  ) {}

  /** Keeps captured and declined payments; may run more than once for an event. */
  @Consume({
    topic: 'payments.v1',
    group,
    types: ['sluice.payments.v1.PaymentCaptured', 'sluice.payments.v1.PaymentDeclined'],
    batchMax: 100,
    keyConcurrency: 100,
  })
  async handlePayments(
    deliveries: readonly Delivery<
      'sluice.payments.v1.PaymentCaptured' | 'sluice.payments.v1.PaymentDeclined'
    >[],
  ): Promise<void> {
    await inTransaction(this.dataSource, async (tx) => {
      const fresh = await this.inbox.fresh(tx, group, deliveries);
      await this.history.addOutcomes(
        tx,
        fresh.map(({ event }) => event as OutcomeEvent),
      );
    });
  }

  /** Keeps the facts of placed orders; may run more than once for an event. */
  @Consume({
    topic: 'orders.v1',
    group,
    types: ['sluice.orders.v1.OrderPlaced'],
    batchMax: 100,
    keyConcurrency: 100,
  })
  async handleOrders(
    deliveries: readonly Delivery<'sluice.orders.v1.OrderPlaced'>[],
  ): Promise<void> {
    await inTransaction(this.dataSource, async (tx) => {
      const fresh = await this.inbox.fresh(tx, group, deliveries);
      await this.history.addOrders(
        tx,
        fresh.map(({ event }) => event as Delivery<'sluice.orders.v1.OrderPlaced'>['event']),
      );
    });
  }
}

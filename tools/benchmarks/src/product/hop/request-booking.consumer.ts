import { Controller } from '@nestjs/common';
import { type Delivery, Consume } from '@sluice/messaging';
import { Inbox, Outbox } from '@sluice/outbox';
import { inTransaction } from '@sluice/postgres';
import { DataSource } from 'typeorm';
import { bookingCommand } from './booking-command.ts';
import { BookingRepository } from './booking.repository.ts';

const ownTopic = 'payments.v1';
const {
  TOPIC_FROM: otherTopic = ownTopic,
  GROUP: group = 'benchmark.request-booking',
  BATCH_MAX: batchMax = '500',
} = process.env;

/** A stateful hop as our services have them: inbox, own table and outbox in one transaction. */
@Controller()
export class RequestBookingConsumer {
  constructor(
    private readonly dataSource: DataSource,
    private readonly inbox: Inbox,
    private readonly outbox: Outbox,
    private readonly bookings: BookingRepository,
  ) {}

  @Consume({
    // The type belongs to its own topic, so that one is read as well; benchmarks with others leave it empty.
    topic: [...new Set([ownTopic, otherTopic])],
    group,
    types: ['sluice.payments.v1.PaymentCaptured'],
    batchMax: Number(batchMax),
  })
  async handle(
    deliveries: readonly Delivery<'sluice.payments.v1.PaymentCaptured'>[],
  ): Promise<void> {
    await inTransaction(this.dataSource, async (tx) => {
      const fresh = await this.inbox.fresh(tx, group, deliveries);
      const unseen = new Set(fresh.map(({ event }) => event.id));
      const captured = deliveries.map(({ event }) => event).filter(({ id }) => unseen.delete(id));
      const [first] = captured;
      if (first === undefined) return;
      await this.bookings.upsert(
        tx,
        first.tenant,
        captured.map(({ data }) => data),
      );
      await this.outbox.append(tx, captured.map(bookingCommand));
    });
  }
}

import { Controller } from '@nestjs/common';
import { deriveId } from '@sluice/clock';
import { type Delivery, type EventRecord, Consume } from '@sluice/messaging';
import { Inbox, Outbox } from '@sluice/outbox';
import { inTransaction } from '@sluice/postgres';
import { DataSource } from 'typeorm';
import { BookingRepository } from './booking.repository.ts';

const group = 'benchmark.request-booking';

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
    topic: 'payments.v1',
    group,
    types: ['sluice.payments.v1.PaymentCaptured'],
    batchMax: 500,
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

function bookingCommand(
  event: EventRecord<'sluice.payments.v1.PaymentCaptured'>,
): EventRecord<'sluice.zoho.v1.CommandRequested'> {
  const { paymentId, transactionId, amount } = event.data;
  const commandId = deriveId(event.id, 'book');
  return {
    id: commandId,
    type: 'sluice.zoho.v1.CommandRequested',
    source: 'benchmark-hop',
    tenant: event.tenant,
    key: event.key,
    ...(event.subject === undefined ? {} : { subject: event.subject }),
    time: event.time,
    causationId: event.id,
    ...(event.correlationId === undefined ? {} : { correlationId: event.correlationId }),
    data: {
      commandId,
      effectKey: `${event.key}/book/${event.subject ?? 0}`,
      function: 'zoho.books.recordPayment:1.0.0',
      arguments: JSON.stringify({
        uniqueValue: paymentId,
        paymentId,
        transactionId,
        currency: amount.currency,
        body: { amount: amount.minor.toString() },
      }),
      runId: event.key,
      task: 'book',
      businessKey: event.key,
      requestedAt: event.time,
    },
  };
}

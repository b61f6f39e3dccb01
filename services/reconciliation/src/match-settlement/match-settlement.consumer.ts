import { Controller } from '@nestjs/common';
import { Clock } from '@sluice/clock';
import { Consume, type Delivery, type EventRecord } from '@sluice/messaging';
import { Inbox } from '@sluice/outbox';
import { inTransaction } from '@sluice/postgres';
import { DataSource, type EntityManager } from 'typeorm';
import { EntryRepository, type GatewayEntryRow } from '../storage/entry.repository.ts';
import { LineRepository } from '../storage/line.repository.ts';
import { bookingOf } from './booking.ts';
import { Matching } from './matching.ts';

const group = 'reconciliation.match-settlement';

type PaymentType = 'sluice.payments.v1.PaymentCaptured' | 'sluice.payments.v1.PaymentRefunded';
type SettlementType =
  | 'sluice.settlements.v1.SettlementLineReported'
  | 'sluice.settlements.v1.SettlementReportImported';

/**
 * Collects both sides of the comparison and decides lines as soon as both are there.
 *
 * The three topics have no order among each other: whatever comes last decides the line. May run
 * more than once for an event: the inbox makes a repetition a no-op.
 */
@Controller()
export class MatchSettlementConsumer {
  constructor(
    private readonly dataSource: DataSource,
    private readonly inbox: Inbox,
    private readonly entries: EntryRepository,
    private readonly lines: LineRepository,
    private readonly matching: Matching,
    private readonly clock: Clock,
  ) {}

  /** Captured payments and refunds, as the gateway tells them. */
  @Consume({
    topic: 'payments.v1',
    group,
    types: ['sluice.payments.v1.PaymentCaptured', 'sluice.payments.v1.PaymentRefunded'],
    batchMax: 100,
    keyConcurrency: 100,
  })
  async handlePayments(deliveries: readonly Delivery<PaymentType>[]): Promise<void> {
    await this.#once(deliveries, async (tx, events) => {
      await this.entries.addGateway(tx, events.map(gatewayEntryOf));
    });
  }

  /** Bookings in Books, as the gateway to Zoho performed them. */
  @Consume({
    topic: 'zoho.outcomes.v1',
    group,
    types: ['sluice.zoho.v1.CommandCompleted'],
    batchMax: 100,
    keyConcurrency: 100,
  })
  async handleOutcomes(
    deliveries: readonly Delivery<'sluice.zoho.v1.CommandCompleted'>[],
  ): Promise<void> {
    await this.#once(deliveries, async (tx, events) => {
      const bookings = events.flatMap((event) => bookingOf(event) ?? []);
      await this.entries.addBooks(tx, bookings);
      if (bookings.length > 0) await this.matching.decideLines(tx);
    });
  }

  /** Lines of settlement reports, and the end of each report. */
  @Consume({
    topic: 'settlements.v1',
    group,
    types: [
      'sluice.settlements.v1.SettlementLineReported',
      'sluice.settlements.v1.SettlementReportImported',
    ],
    batchMax: 100,
    keyConcurrency: 100,
  })
  async handleSettlements(deliveries: readonly Delivery<SettlementType>[]): Promise<void> {
    await this.#once(deliveries, async (tx, events) => {
      await this.lines.addLines(tx, events.filter(isLine), this.clock.now());
      await this.lines.addReports(tx, events.filter(isReport));
      await this.matching.decideLines(tx);
    });
  }

  async #once<T extends Delivery['event']['type']>(
    deliveries: readonly Delivery<T>[],
    handle: (tx: EntityManager, events: readonly EventRecord<T>[]) => Promise<void>,
  ): Promise<void> {
    await inTransaction(this.dataSource, async (tx) => {
      const fresh = await this.inbox.fresh(tx, group, deliveries);
      if (fresh.length > 0)
        await handle(
          tx,
          fresh.map(({ event }) => event as EventRecord<T>),
        );
    });
  }
}

function gatewayEntryOf(event: EventRecord<PaymentType>): GatewayEntryRow {
  const { data } = event;
  const refundId = 'refundId' in data ? data.refundId : undefined;
  return {
    tenant: event.tenant,
    kind: refundId === undefined ? 'sale' : 'refund',
    reference: refundId ?? data.paymentId,
    paymentId: data.paymentId,
    orderId: data.orderId,
    merchantId: data.merchantId,
    occurredAtMicros: data.occurredAt,
  };
}

function isLine(
  event: EventRecord<SettlementType>,
): event is EventRecord<'sluice.settlements.v1.SettlementLineReported'> {
  return event.type === 'sluice.settlements.v1.SettlementLineReported';
}

function isReport(
  event: EventRecord<SettlementType>,
): event is EventRecord<'sluice.settlements.v1.SettlementReportImported'> {
  return event.type === 'sluice.settlements.v1.SettlementReportImported';
}

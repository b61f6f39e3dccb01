import { Injectable } from '@nestjs/common';
import type { EventRecord } from '@sluice/messaging';
import { Outbox } from '@sluice/outbox';
import type { EntityManager } from 'typeorm';
import { paymentUpdated } from '../domain/events.ts';
import { PaymentBook } from '../domain/payment-book.ts';
import { CaptureRepository } from './capture.repository.ts';
import { PaymentRepository } from './payment.repository.ts';
import { RefundRepository } from './refund.repository.ts';

/** The tables that a payment book spans. */
@Injectable()
export class PaymentTables {
  constructor(
    readonly payments: PaymentRepository,
    readonly captures: CaptureRepository,
    readonly refunds: RefundRepository,
  ) {}
}

/**
 * Opens payment books on locked rows and saves them together with the events of their changes.
 *
 * Payments are locked first and in the order of their ids, then their captures; so no two
 * transactions wait for each other.
 */
@Injectable()
export class PaymentLedger {
  constructor(
    private readonly tables: PaymentTables,
    private readonly outbox: Outbox,
  ) {}

  /** Locks the payments, and loads the refunds that are in question. */
  async open(
    tx: EntityManager,
    tenant: string,
    ids: { readonly paymentIds: readonly string[]; readonly refundIds?: readonly string[] },
  ): Promise<PaymentBook> {
    const payments = await this.tables.payments.lock(tx, tenant, ids.paymentIds);
    const captures = await this.tables.captures.lock(tx, tenant, [...payments.keys()]);
    const refunds = await this.tables.refunds.find(tx, tenant, ids.refundIds ?? []);
    return new PaymentBook({ payments, captures, refunds });
  }

  /** Saves what changed and appends one event per change, the given ones after them. */
  async save(
    tx: EntityManager,
    book: PaymentBook,
    alsoPublish: readonly EventRecord[] = [],
  ): Promise<void> {
    await this.tables.payments.saveAll(tx, book.changedPayments);
    await this.tables.captures.saveAll(tx, book.changedCaptures);
    await this.tables.refunds.saveAll(tx, book.changedRefunds);
    const events: EventRecord[] = [...book.changes.map(paymentUpdated), ...alsoPublish];
    if (events.length > 0) await this.outbox.append(tx, events);
  }
}

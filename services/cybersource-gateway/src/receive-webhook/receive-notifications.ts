import { Injectable } from '@nestjs/common';
import { Failure } from '@sluice/failure';
import type { EventRecord } from '@sluice/messaging';
import { inTransaction } from '@sluice/postgres';
import { counter } from '@sluice/telemetry';
import { DataSource, type EntityManager } from 'typeorm';
import { CybersourceGatewaySettings } from '../config.ts';
import { notificationReceived } from '../domain/events.ts';
import { effectOfEventType, type Notification } from '../domain/notification.ts';
import { outsideRefundId, type PaymentBook } from '../domain/payment-book.ts';
import {
  NotificationRepository,
  type NotificationOutcome,
} from '../storage/notification.repository.ts';
import { PaymentLedger, PaymentTables } from '../storage/payment-ledger.repository.ts';
import { GroupCommit } from './group-commit.ts';

const received = counter('sluice_notifications_received', 'Notifications by what became of them.');

/** Tables that a notification touches. */
@Injectable()
export class NotificationTables {
  constructor(
    readonly notifications: NotificationRepository,
    readonly ledger: PaymentLedger,
    readonly tables: PaymentTables,
  ) {}
}

/**
 * Stores verified notifications and moves the payments they tell of, in one transaction.
 *
 * A notification seen before changes nothing. One that moves no payment (an unknown event type, a
 * payment nobody knows, a contradiction) is published as it is, so that it ends as a dead letter
 * with a reason and is never lost.
 */
@Injectable()
export class ReceiveNotifications {
  private readonly commits = new GroupCommit<Notification>((batch) => this.store(batch));

  constructor(
    private readonly dataSource: DataSource,
    private readonly tables: NotificationTables,
    private readonly settings: CybersourceGatewaySettings,
  ) {}

  /** Resolves when the notification is stored for good. */
  async receive(notification: Notification): Promise<void> {
    await this.commits.add(notification);
  }

  private async store(batch: readonly Notification[]): Promise<void> {
    const outcomes = await this.storeOnce(batch);
    received.add(batch.length - outcomes.length, { outcome: 'duplicate' });
    for (const { outcome } of outcomes) received.add(1, { outcome });
  }

  /** Another delivery of the same event may commit at the same moment; then it is known, and we look again. */
  private async storeOnce(batch: readonly Notification[]): Promise<readonly NotificationOutcome[]> {
    try {
      return await inTransaction(this.dataSource, (tx) => this.storeIn(tx, batch));
    } catch (error) {
      if (!(error instanceof Failure) || error.code !== 'NOTIFICATION_TAKEN') throw error;
      return await inTransaction(this.dataSource, (tx) => this.storeIn(tx, batch));
    }
  }

  private async storeIn(
    tx: EntityManager,
    batch: readonly Notification[],
  ): Promise<readonly NotificationOutcome[]> {
    const { tenant } = this.settings;
    const ids = batch.map(({ notificationId }) => notificationId);
    const seen = new Set(await this.tables.notifications.findKnown(tx, tenant, ids));
    const fresh = batch.filter(({ notificationId }) => {
      const isFresh = !seen.has(notificationId);
      seen.add(notificationId);
      return isFresh;
    });
    if (fresh.length === 0) return [];
    const roots = await this.rootsOf(tx, fresh);
    const book = await this.openBook(tx, fresh, roots);
    const told = fresh.map((notification) => ({
      ...notification,
      ...receiveInto(book, notification, roots),
    }));
    const unmapped: EventRecord[] = told
      .filter(({ outcome }) => outcome === 'unmapped')
      .map((notification) => notificationReceived(notification, tenant));
    // Stored in the order of their ids, so that no two transactions wait for each other.
    const ordered = told.toSorted((left, right) =>
      left.notificationId < right.notificationId ? -1 : 1,
    );
    await this.tables.notifications.insertAll(tx, tenant, ordered);
    await this.tables.ledger.save(tx, book, unmapped);
    return told;
  }

  /** Payment ids by everything a notification may name them by, apart from the id itself. */
  private async rootsOf(
    tx: EntityManager,
    notifications: readonly Notification[],
  ): Promise<ReadonlyMap<string, string>> {
    const { tenant } = this.settings;
    const { payments, refunds } = this.tables.tables;
    const transactions = notifications.map(({ transaction }) => transaction);
    const rootIds = transactions.flatMap(({ rootId, id }) => [rootId, id]).filter(Boolean);
    const refundIds = transactions.flatMap(({ id, reference }) => [reference, outsideRefundId(id)]);
    const byRoot = await payments.idsByRoot(tx, tenant, rootIds);
    const known = await refunds.find(tx, tenant, refundIds);
    const byRefund = [...known].map(([id, refund]): [string, string] => [id, refund.paymentId]);
    return new Map([...byRoot, ...byRefund]);
  }

  private async openBook(
    tx: EntityManager,
    notifications: readonly Notification[],
    roots: ReadonlyMap<string, string>,
  ): Promise<PaymentBook> {
    const transactions = notifications.map(({ transaction }) => transaction);
    return await this.tables.ledger.open(tx, this.settings.tenant, {
      paymentIds: [...transactions.map(({ reference }) => reference), ...roots.values()],
      refundIds: transactions.flatMap(({ id, reference }) => [reference, outsideRefundId(id)]),
    });
  }
}

function receiveInto(
  book: PaymentBook,
  notification: Notification,
  roots: ReadonlyMap<string, string>,
): NotificationOutcome {
  const { notificationId, transaction, eventType } = notification;
  const state = effectOfEventType(eventType);
  const { reference, rootId, id } = transaction;
  const paymentId =
    book.payment(reference)?.paymentId ??
    roots.get(reference) ??
    roots.get(rootId) ??
    roots.get(id);
  if (state === undefined || paymentId === undefined) {
    return { notificationId, outcome: 'unmapped', paymentId: paymentId ?? null };
  }
  if (state === 'ignored') {
    const isContradiction = book.refund(reference)?.state === 'succeeded';
    return { notificationId, outcome: isContradiction ? 'unmapped' : 'unchanged', paymentId };
  }
  const fact = { state, toldBy: 'webhook', eventType, transaction, refundId: null } as const;
  const reception = book.tell(paymentId, fact);
  return {
    notificationId,
    outcome: reception === 'mismatch' ? 'unmapped' : reception,
    paymentId,
  };
}

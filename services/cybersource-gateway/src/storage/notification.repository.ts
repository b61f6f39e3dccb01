import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Notification } from '../domain/notification.ts';

/** What became of a stored notification. */
export interface NotificationOutcome {
  readonly notificationId: string;
  readonly outcome: 'applied' | 'unchanged' | 'unmapped';
  readonly paymentId: string | null;
}

/** Table notification: every verified notification once. */
@Injectable()
export class NotificationRepository {
  /** Stores what was never seen and returns the ids of it; one statement for all. */
  async insertFresh(
    tx: EntityManager,
    tenant: string,
    notifications: readonly Notification[],
  ): Promise<ReadonlySet<string>> {
    const rows: { notification_id: string }[] = await tx.query(
      `insert into notification (tenant, notification_id, organization_id, product_id, event_type,
         transaction_id, payload, outcome, received_at)
       select $1, r.*, 'stored', $8 from
         unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[]) r
       on conflict do nothing returning notification_id`,
      [
        tenant,
        notifications.map((notification) => notification.notificationId),
        notifications.map((notification) => notification.organizationId),
        notifications.map((notification) => notification.productId),
        notifications.map((notification) => notification.eventType),
        notifications.map((notification) => notification.transaction.id),
        notifications.map((notification) => notification.payload),
        notifications[0]?.receivedAt,
      ],
    );
    return new Set(rows.map((row) => row.notification_id));
  }

  /** Notes what became of notifications, in one statement. */
  async setOutcomes(
    tx: EntityManager,
    tenant: string,
    outcomes: readonly NotificationOutcome[],
  ): Promise<void> {
    if (outcomes.length === 0) return;
    await tx.query(
      `update notification n set outcome = r.outcome, payment_id = r.payment_id
       from unnest($2::text[], $3::text[], $4::text[]) r(notification_id, outcome, payment_id)
       where n.tenant = $1 and n.notification_id = r.notification_id`,
      [
        tenant,
        outcomes.map((outcome) => outcome.notificationId),
        outcomes.map((outcome) => outcome.outcome),
        outcomes.map((outcome) => outcome.paymentId),
      ],
    );
  }
}

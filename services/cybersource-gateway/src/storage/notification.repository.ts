import { Injectable } from '@nestjs/common';
import { arrayParameter } from '@sluice/postgres';
import type { EntityManager } from 'typeorm';
import type { Notification } from '../domain/notification.ts';
import { errors } from '../errors.ts';

/** What became of a stored notification. */
export interface NotificationOutcome {
  readonly notificationId: string;
  readonly outcome: 'applied' | 'unchanged' | 'unmapped';
  readonly paymentId: string | null;
}

/** Table notification: every verified notification once. */
@Injectable()
export class NotificationRepository {
  /** The ids that are stored already. */
  async findKnown(
    tx: EntityManager,
    tenant: string,
    notificationIds: readonly string[],
  ): Promise<ReadonlySet<string>> {
    const rows: { notification_id: string }[] = await tx.query(
      'select notification_id from notification where tenant = $1 and notification_id = any($2::text[])',
      [tenant, arrayParameter.text(notificationIds)],
    );
    return new Set(rows.map((row) => row.notification_id));
  }

  /**
   * Stores notifications with what became of them, in one statement.
   *
   * @throws TransientFailure NOTIFICATION_TAKEN when another delivery of one of them came first.
   */
  async insertAll(
    tx: EntityManager,
    tenant: string,
    notifications: readonly (Notification & NotificationOutcome)[],
  ): Promise<void> {
    const rows: unknown[] = await tx.query(
      `insert into notification (tenant, notification_id, organization_id, product_id, event_type,
         transaction_id, payload, outcome, payment_id, received_at)
       select $1, r.*, $10 from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[],
         $7::text[], $8::text[], $9::text[]) r
       on conflict do nothing returning 1`,
      [
        tenant,
        arrayParameter.text(notifications.map((notification) => notification.notificationId)),
        arrayParameter.text(notifications.map((notification) => notification.organizationId)),
        arrayParameter.text(notifications.map((notification) => notification.productId)),
        arrayParameter.text(notifications.map((notification) => notification.eventType)),
        arrayParameter.text(notifications.map((notification) => notification.transaction.id)),
        arrayParameter.text(notifications.map((notification) => notification.payload)),
        arrayParameter.text(notifications.map((notification) => notification.outcome)),
        arrayParameter.text(notifications.map((notification) => notification.paymentId)),
        notifications[0]?.receivedAt,
      ],
    );
    if (rows.length !== notifications.length) throw errors.failure('NOTIFICATION_TAKEN');
  }
}

import { Injectable } from '@nestjs/common';
import type { PaymentCaptured } from '@sluice/contracts';
import { arrayParameter } from '@sluice/postgres';
import type { EntityManager } from 'typeorm';

/** Table booking: one row a payment. */
@Injectable()
export class BookingRepository {
  /** Writes the latest of each payment, in one statement; no payment may stand twice in the list. */
  async upsert(
    tx: EntityManager,
    tenant: string,
    payments: readonly PaymentCaptured[],
  ): Promise<void> {
    await tx.query(
      `insert into booking as b (tenant, payment_id, order_id, amount_minor, currency, events)
       select $1, g.*, 1 from unnest($2::text[], $3::text[], $4::bigint[], $5::text[]) g
       order by 2
       on conflict (tenant, payment_id) do update set amount_minor = excluded.amount_minor,
         currency = excluded.currency, events = b.events + 1, updated_at = now()`,
      [
        tenant,
        arrayParameter.text(payments.map(({ paymentId }) => paymentId)),
        arrayParameter.text(payments.map(({ orderId }) => orderId)),
        arrayParameter.bigint(payments.map(({ amount }) => amount.minor)),
        arrayParameter.text(payments.map(({ amount }) => amount.currency)),
      ],
    );
  }
}

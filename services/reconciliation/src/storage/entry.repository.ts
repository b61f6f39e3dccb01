import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

/** One captured payment or refund, as the gateway told. */
export interface GatewayEntryRow {
  readonly tenant: string;
  readonly kind: 'sale' | 'refund';
  readonly reference: string;
  readonly paymentId: string;
  readonly orderId: string;
  readonly merchantId: string;
  readonly occurredAtMicros: bigint;
}

/** One customer payment or credit note refund in Books; a refund's amount is negative. */
export interface BooksEntryRow {
  readonly tenant: string;
  readonly kind: 'sale' | 'refund';
  readonly reference: string;
  readonly paymentId: string;
  readonly transactionId: string;
  readonly booksId: string;
  readonly minor: bigint;
  readonly currency: string;
  readonly bookedAtMicros: bigint;
}

const insertGateway = `
  insert into gateway_entry (tenant, kind, reference, payment_id, order_id, merchant_id, occurred_at)
  select tenant, kind, reference, payment_id, order_id, merchant_id,
    to_timestamp(occurred_at / 1000000.0)
  from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[])
    as g (tenant, kind, reference, payment_id, order_id, merchant_id, occurred_at)
  on conflict do nothing`;

const insertBooks = `
  insert into books_entry (tenant, kind, reference, payment_id, transaction_id, books_id, minor,
    currency, booked_at)
  select tenant, kind, reference, payment_id, transaction_id, books_id, minor, currency,
    to_timestamp(booked_at / 1000000.0)
  from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[],
    $8::text[], $9::bigint[])
    as b (tenant, kind, reference, payment_id, transaction_id, books_id, minor, currency, booked_at)
  on conflict do nothing`;

/** Both sides of the comparison: gateway and Books. One statement per batch. */
@Injectable()
export class EntryRepository {
  async addGateway(tx: EntityManager, rows: readonly GatewayEntryRow[]): Promise<void> {
    if (rows.length === 0) return;
    await tx.query(insertGateway, [
      rows.map((row) => row.tenant),
      rows.map((row) => row.kind),
      rows.map((row) => row.reference),
      rows.map((row) => row.paymentId),
      rows.map((row) => row.orderId),
      rows.map((row) => row.merchantId),
      rows.map((row) => row.occurredAtMicros.toString()),
    ]);
  }

  async addBooks(tx: EntityManager, rows: readonly BooksEntryRow[]): Promise<void> {
    if (rows.length === 0) return;
    await tx.query(insertBooks, [
      rows.map((row) => row.tenant),
      rows.map((row) => row.kind),
      rows.map((row) => row.reference),
      rows.map((row) => row.paymentId),
      rows.map((row) => row.transactionId),
      rows.map((row) => row.booksId),
      rows.map((row) => row.minor.toString()),
      rows.map((row) => row.currency),
      rows.map((row) => row.bookedAtMicros.toString()),
    ]);
  }
}

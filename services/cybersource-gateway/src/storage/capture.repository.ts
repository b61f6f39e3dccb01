import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Capture } from '../domain/capture.ts';

interface CaptureRow {
  readonly tenant: string;
  readonly payment_id: string;
  readonly transaction_id: string;
  readonly currency: string;
  readonly captured_minor: string;
  readonly refunded_minor: string;
  readonly is_voided: boolean;
}

/** Table capture: the row-locked counter of what was captured and what may still be refunded. */
@Injectable()
export class CaptureRepository {
  /** A capture without a lock, for early answers only. */
  async find(tx: EntityManager, tenant: string, paymentId: string): Promise<Capture | undefined> {
    const rows: CaptureRow[] = await tx.query(
      'select * from capture where tenant = $1 and payment_id = $2',
      [tenant, paymentId],
    );
    return rows.map(captureOf)[0];
  }

  /** Locks the captures of payments whose rows are locked already; by payment id. */
  async lock(
    tx: EntityManager,
    tenant: string,
    paymentIds: readonly string[],
  ): Promise<Map<string, Capture>> {
    if (paymentIds.length === 0) return new Map();
    const rows: CaptureRow[] = await tx.query(
      `select * from capture where tenant = $1 and payment_id = any($2)
       order by payment_id for update`,
      [tenant, [...new Set(paymentIds)]],
    );
    return new Map(rows.map((row) => [row.payment_id, captureOf(row)]));
  }

  /**
   * Writes new captures and new counters, all in one statement.
   *
   * The table's checks refuse a counter above what was captured, and a void beside a refund.
   */
  async saveAll(tx: EntityManager, captures: readonly Capture[]): Promise<void> {
    if (captures.length === 0) return;
    const rows: CaptureRow[] = captures.map((capture) => ({
      tenant: capture.tenant,
      payment_id: capture.paymentId,
      transaction_id: capture.transactionId,
      currency: capture.captured.currency,
      captured_minor: capture.captured.minor.toString(),
      refunded_minor: capture.refundedMinor.toString(),
      is_voided: capture.isVoided,
    }));
    await tx.query(
      `insert into capture (tenant, payment_id, transaction_id, currency, captured_minor,
         refunded_minor, is_voided)
       select tenant, payment_id, transaction_id, currency, captured_minor, refunded_minor,
         is_voided from jsonb_populate_recordset(null::capture, $1::jsonb)
       on conflict (tenant, payment_id) do update
         set refunded_minor = excluded.refunded_minor, is_voided = excluded.is_voided`,
      [JSON.stringify(rows)],
    );
  }
}

function captureOf(row: CaptureRow): Capture {
  return {
    tenant: row.tenant,
    paymentId: row.payment_id,
    transactionId: row.transaction_id,
    captured: { minor: BigInt(row.captured_minor), currency: row.currency },
    refundedMinor: BigInt(row.refunded_minor),
    isVoided: row.is_voided,
  };
}

import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { errors } from '../errors.ts';
import type { Refund, RefundRefusal, RefundState } from '../domain/refund.ts';

interface RefundRow {
  readonly tenant: string;
  readonly refund_id: string;
  readonly payment_id: string;
  readonly amount_minor: string;
  readonly currency: string;
  readonly state: RefundState;
  readonly effect_key: string;
  readonly transaction_id: string;
  readonly rejection: RefundRefusal | null;
}

/** Table refund. Rows change only while the row of their payment is locked. */
@Injectable()
export class RefundRepository {
  /** Refunds by our id. */
  async find(
    tx: EntityManager,
    tenant: string,
    refundIds: readonly string[],
  ): Promise<Map<string, Refund>> {
    if (refundIds.length === 0) return new Map();
    const rows: RefundRow[] = await tx.query(
      'select * from refund where tenant = $1 and refund_id = any($2)',
      [tenant, [...new Set(refundIds)]],
    );
    return new Map(rows.map((row) => [row.refund_id, refundOf(row)]));
  }

  /**
   * Writes new refunds and new states of known ones, all in one statement.
   *
   * @throws TransientFailure REFUND_TAKEN when another payment has just taken one of the ids.
   */
  async saveAll(tx: EntityManager, refunds: readonly Refund[]): Promise<void> {
    if (refunds.length === 0) return;
    const rows: RefundRow[] = refunds.map((refund) => ({
      tenant: refund.tenant,
      refund_id: refund.refundId,
      payment_id: refund.paymentId,
      amount_minor: refund.amount.minor.toString(),
      currency: refund.amount.currency,
      state: refund.state,
      effect_key: refund.effectKey,
      transaction_id: refund.transactionId,
      rejection: refund.rejection,
    }));
    const saved: unknown[] = await tx.query(
      `insert into refund (tenant, refund_id, payment_id, amount_minor, currency, state, effect_key,
         transaction_id, rejection, ended_at)
       select tenant, refund_id, payment_id, amount_minor, currency, state, effect_key,
         transaction_id, rejection, case when state <> 'reserved' then now() end
       from jsonb_populate_recordset(null::refund, $1::jsonb)
       on conflict (tenant, refund_id) do update
         set state = excluded.state, transaction_id = excluded.transaction_id,
           rejection = excluded.rejection, ended_at = excluded.ended_at
         where refund.payment_id = excluded.payment_id
       returning refund_id`,
      [JSON.stringify(rows)],
    );
    if (saved.length !== refunds.length) throw errors.failure('REFUND_TAKEN');
  }
}

function refundOf(row: RefundRow): Refund {
  return {
    tenant: row.tenant,
    refundId: row.refund_id,
    paymentId: row.payment_id,
    amount: { minor: BigInt(row.amount_minor), currency: row.currency },
    state: row.state,
    effectKey: row.effect_key,
    transactionId: row.transaction_id,
    rejection: row.rejection,
  };
}

import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Payment } from '../domain/payment.ts';
import { paymentOf, rowOf, type PaymentRow } from './payment-row.ts';

/** Table payment. Every read for a change takes the row's lock, always in the order of the ids. */
@Injectable()
export class PaymentRepository {
  /** Stores a new payment. */
  async insert(
    tx: EntityManager,
    payment: Payment,
    origin: { readonly clientId: string; readonly effectKey: string },
  ): Promise<void> {
    const row = { ...rowOf(payment), client_id: origin.clientId, effect_key: origin.effectKey };
    await tx.query(
      `insert into payment select * from jsonb_populate_record(null::payment,
         $1::jsonb || jsonb_build_object('created_at', now(), 'updated_at', now()))`,
      [JSON.stringify(row)],
    );
  }

  /** A payment as it stands, without a lock. */
  async find(tx: EntityManager, tenant: string, paymentId: string): Promise<Payment | undefined> {
    const rows: PaymentRow[] = await tx.query(
      'select * from payment where tenant = $1 and payment_id = $2',
      [tenant, paymentId],
    );
    return rows.map(paymentOf)[0];
  }

  /** Locks payments and returns those that exist, by id. */
  async lock(
    tx: EntityManager,
    tenant: string,
    paymentIds: readonly string[],
  ): Promise<Map<string, Payment>> {
    if (paymentIds.length === 0) return new Map();
    const rows: PaymentRow[] = await tx.query(
      `select * from payment where tenant = $1 and payment_id = any($2)
       order by payment_id for update`,
      [tenant, [...new Set(paymentIds)]],
    );
    return new Map(rows.map((row) => [row.payment_id, paymentOf(row)]));
  }

  /** Payment ids by the first transaction of their chain. */
  async idsByRoot(
    tx: EntityManager,
    tenant: string,
    rootTransactionIds: readonly string[],
  ): Promise<Map<string, string>> {
    if (rootTransactionIds.length === 0) return new Map();
    const rows: { root_transaction_id: string; payment_id: string }[] = await tx.query(
      `select root_transaction_id, payment_id from payment
       where tenant = $1 and root_transaction_id <> '' and root_transaction_id = any($2)`,
      [tenant, [...new Set(rootTransactionIds)]],
    );
    return new Map(rows.map((row) => [row.root_transaction_id, row.payment_id]));
  }

  /** Saves what a change of state touches, all payments in one statement. */
  async saveAll(tx: EntityManager, payments: readonly Payment[]): Promise<void> {
    if (payments.length === 0) return;
    await tx.query(
      `update payment p set state = r.state, version = r.version,
         transaction_id = r.transaction_id, root_transaction_id = r.root_transaction_id,
         vendor_status = r.vendor_status, reason_codes = r.reason_codes, card_type = r.card_type,
         card_last4 = r.card_last4, reconciliation_id = r.reconciliation_id,
         risk_score = r.risk_score, risk_factor_codes = r.risk_factor_codes,
         risk_profile = r.risk_profile, refunded_minor = r.refunded_minor, updated_at = now()
       from jsonb_populate_recordset(null::payment, $1::jsonb) r
       where p.tenant = r.tenant and p.payment_id = r.payment_id`,
      [JSON.stringify(payments.map(rowOf))],
    );
  }
}

import { Injectable } from '@nestjs/common';
import type { EventRecord } from '@sluice/messaging';
import type { EntityManager } from 'typeorm';

const insertCase = `
  insert into fraud_case (tenant, payment_id, case_id, score, reasons, rules_version, opened_at)
  values ($1, $2, $3, $4, $5, $6, $7)
  on conflict do nothing returning case_id`;

/** Cases that were opened, at most one per payment. */
@Injectable()
export class FraudCaseRepository {
  /** Keeps the case; false when the payment has one already, whichever event asked for it. */
  async open(
    tx: EntityManager,
    event: EventRecord<'sluice.fraud.v1.FraudCaseOpened'>,
  ): Promise<boolean> {
    const { data } = event;
    const rows: unknown[] = await tx.query(insertCase, [
      event.tenant,
      data.paymentId,
      data.caseId,
      data.score.toString(),
      data.reasons,
      data.rulesVersion,
      new Date(Number(data.openedAt / 1000n)).toISOString(),
    ]);
    return rows.length > 0;
  }
}

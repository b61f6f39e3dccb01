import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { SettlementLine } from '../domain/batch-detail-report.ts';

/** A report that was imported. */
export interface SettlementReport {
  readonly tenant: string;
  readonly reportId: string;
  readonly merchantId: string;
  readonly reportDate: string;
}

/** Tables settlement_report and settlement_line: every line once, however often it is imported. */
@Injectable()
export class SettlementRepository {
  /** Takes the report's row lock, creating the row first; true when it is new. */
  async lock(tx: EntityManager, report: SettlementReport, importedAt: Date): Promise<boolean> {
    const [row]: { is_new: boolean }[] = await tx.query(
      `insert into settlement_report (tenant, report_id, merchant_id, report_date, line_count,
         imported_at) values ($1, $2, $3, $4, 0, $5)
       on conflict (tenant, report_id) do update set imported_at = excluded.imported_at
       returning xmax = 0 as is_new`,
      [report.tenant, report.reportId, report.merchantId, report.reportDate, importedAt],
    );
    return row?.is_new ?? false;
  }

  /** Stores the lines never seen, and returns their ids and the report's line count. */
  async insertFresh(
    tx: EntityManager,
    report: SettlementReport,
    lines: readonly SettlementLine[],
  ): Promise<{ readonly freshIds: ReadonlySet<string>; readonly lineCount: bigint }> {
    const rows = lines.map((line) => ({
      tenant: report.tenant,
      line_id: line.lineId,
      report_id: report.reportId,
      batch_id: line.batchId,
      batch_date: line.batchDate,
      merchant_id: line.merchantId,
      transaction_id: line.transactionId,
      merchant_reference: line.merchantReference,
      kind: line.kind,
      amount_minor: line.amount.minor.toString(),
      currency: line.amount.currency,
    }));
    const fresh: { line_id: string }[] = await tx.query(
      `insert into settlement_line
       select * from jsonb_populate_recordset(null::settlement_line, $1::jsonb)
       on conflict do nothing returning line_id`,
      [JSON.stringify(rows)],
    );
    const [[counted]]: [{ line_count: string }[], number] = await tx.query(
      `update settlement_report set line_count = line_count + $3
       where tenant = $1 and report_id = $2 returning line_count`,
      [report.tenant, report.reportId, fresh.length],
    );
    return {
      freshIds: new Set(fresh.map((row) => row.line_id)),
      lineCount: BigInt(counted?.line_count ?? 0),
    };
  }
}

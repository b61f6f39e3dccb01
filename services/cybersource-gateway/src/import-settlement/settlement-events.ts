import { deriveId } from '@sluice/clock';
import type { EventRecord } from '@sluice/messaging';
import type { SettlementLine } from '../domain/batch-detail-report.ts';
import { source } from '../domain/events.ts';
import type { SettlementReport } from '../storage/settlement.repository.ts';

/** The event of one line; the same line always gives the same id. */
export function lineReported(
  report: SettlementReport,
  line: SettlementLine,
  reportedAt: bigint,
): EventRecord<'sluice.settlements.v1.SettlementLineReported'> {
  const { lineId, ...told } = line;
  return {
    id: deriveId(report.tenant, 'settlement-line', lineId),
    type: 'sluice.settlements.v1.SettlementLineReported',
    source,
    tenant: report.tenant,
    key: report.reportId,
    time: reportedAt,
    data: { reportId: report.reportId, lineId, ...told, reportedAt },
  };
}

/** The event that all lines of a report have been published. */
export function reportImported(
  report: SettlementReport,
  lineCount: bigint,
  importedAt: bigint,
): EventRecord<'sluice.settlements.v1.SettlementReportImported'> {
  const { tenant, reportId, merchantId, reportDate } = report;
  return {
    id: deriveId(tenant, 'settlement-report', reportId, lineCount.toString()),
    type: 'sluice.settlements.v1.SettlementReportImported',
    source,
    tenant,
    key: reportId,
    time: importedAt,
    data: { reportId, merchantId, reportDate, lineCount, importedAt },
  };
}

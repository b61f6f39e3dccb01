import { Injectable } from '@nestjs/common';
import { Clock } from '@sluice/clock';
import type { EventRecord } from '@sluice/messaging';
import { Outbox } from '@sluice/outbox';
import { inTransaction } from '@sluice/postgres';
import { DataSource, type EntityManager } from 'typeorm';
import { CybersourceGatewaySettings } from '../config.ts';
import {
  ReportUnreadable,
  parseBatchDetailReport,
  type SettlementLine,
} from '../domain/batch-detail-report.ts';
import { errors } from '../errors.ts';
import { CybersourceGateway } from '../gateways/cybersource.gateway.ts';
import { SettlementRepository, type SettlementReport } from '../storage/settlement.repository.ts';
import type { SettlementImportDto } from './import-settlement.dto.ts';
import { lineReported, reportImported } from './settlement-events.ts';

const linesPerStatement = 500;

/**
 * Imports a Payment Batch Detail report: every line is published once, however often the report is
 * fetched and however it has grown, and after the lines that the report is complete.
 */
@Injectable()
export class ImportSettlement {
  constructor(
    private readonly gateway: CybersourceGateway,
    private readonly dataSource: DataSource,
    private readonly settlements: SettlementRepository,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
    private readonly settings: CybersourceGatewaySettings,
  ) {}

  /** @param reportDate `yyyy-MM-dd`, the end date of the report. */
  async import(reportDate: string): Promise<SettlementImportDto> {
    const merchantId = this.settings.cybersourceMerchantId;
    const reportId = `${merchantId}/${reportDate}`;
    const text = await this.gateway.fetchBatchDetailReport(reportDate);
    if (text === undefined) return { reportId, status: 'no_data', lineCount: 0, newLineCount: 0 };
    const lines = readReport(text, reportId);
    const report = { tenant: this.settings.tenant, reportId, merchantId, reportDate };
    const counted = await inTransaction(this.dataSource, (tx) => this.store(tx, report, lines));
    return { reportId, status: 'imported', ...counted };
  }

  private async store(
    tx: EntityManager,
    report: SettlementReport,
    lines: readonly SettlementLine[],
  ): Promise<Pick<SettlementImportDto, 'lineCount' | 'newLineCount'>> {
    const nowMicros = this.clock.nowMicros();
    const isNew = await this.settlements.lock(tx, report, this.clock.now());
    let newLineCount = 0;
    let lineCount = 0n;
    for (let start = 0; start === 0 || start < lines.length; start += linesPerStatement) {
      const chunk = lines.slice(start, start + linesPerStatement);
      const stored = await this.settlements.insertFresh(tx, report, chunk);
      const fresh = chunk.filter(({ lineId }) => stored.freshIds.has(lineId));
      const events: EventRecord[] = fresh.map((line) => lineReported(report, line, nowMicros));
      await this.outbox.append(tx, events);
      newLineCount += fresh.length;
      lineCount = stored.lineCount;
    }
    if (isNew || newLineCount > 0) {
      await this.outbox.append(tx, [reportImported(report, lineCount, nowMicros)]);
    }
    return { lineCount: Number(lineCount), newLineCount };
  }
}

function readReport(text: string, reportId: string): readonly SettlementLine[] {
  try {
    return parseBatchDetailReport(text, reportId);
  } catch (cause) {
    if (!(cause instanceof ReportUnreadable)) throw cause;
    throw errors.failure('SETTLEMENT_REPORT_UNREADABLE', { detail: cause.message, cause });
  }
}

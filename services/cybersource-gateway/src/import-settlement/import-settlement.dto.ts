import { ApiProperty } from '@nestjs/swagger';
import { IsDateString, Matches } from 'class-validator';

/** Which report to import. */
export class ImportSettlementDto {
  /** End date of the report, `yyyy-MM-dd`: the report of day D carries the date D+1. */
  @ApiProperty({ example: '2026-01-16' })
  @Matches(/^\d{4}-\d{2}-\d{2}$/)
  @IsDateString({ strict: true })
  reportDate: string;
}

/** What an import found. */
export class SettlementImportDto {
  /** Merchant id and report date. */
  @ApiProperty()
  reportId: string;

  /** `no_data` when Cybersource has no report for the date. */
  @ApiProperty({ enum: ['imported', 'no_data'] })
  status: 'imported' | 'no_data';

  /** Lines of the report known so far. */
  @ApiProperty()
  lineCount: number;

  /** Lines that this import added. */
  @ApiProperty()
  newLineCount: number;
}

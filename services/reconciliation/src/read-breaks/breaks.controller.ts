import { Controller, Get, Query, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import { OpsGuard } from '@sluice/service-host';
import { Transform, Type } from 'class-transformer';
import { IsBoolean, IsInt, Max, Min } from 'class-validator';
import { DataSource } from 'typeorm';
import { ReconciliationSettings } from '../config.ts';
import { BreakRepository, type BreakView } from '../storage/break.repository.ts';

/** Which breaks to list. */
export class BreaksQuery {
  /** Resolved breaks too. @default false */
  @Transform(({ value }: { value: unknown }) => value === true || value === 'true')
  @IsBoolean()
  withResolved: boolean = false;

  /** Rows at most. @default 100 */
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(1000)
  limit: number = 100;
}

/** Breaks for the finance people; wants the operator token. */
@ApiTags('reconciliation')
@ApiBearerAuth()
@UseGuards(OpsGuard)
@Controller('v1/breaks')
export class BreaksController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly breaks: BreakRepository,
    private readonly settings: ReconciliationSettings,
  ) {}

  /** Newest first. Amounts are minor units as text. */
  @Get()
  async list(@Query() query: BreaksQuery): Promise<readonly BreakView[]> {
    const { withResolved, limit } = query;
    const { tenant } = this.settings;
    return await this.breaks.list(this.dataSource.manager, { tenant, withResolved, limit });
  }
}

import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiHeader, ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { ImportSettlementDto, SettlementImportDto } from './import-settlement.dto.ts';
import { ImportSettlement } from './import-settlement.ts';

/** Settlement reports, on request instead of by the clock. */
@ApiTags('settlements')
@ApiHeader({ name: 'x-sluice-signature', required: true, description: 't=…;keyId=…;sig=…' })
@Controller('v1/settlement-imports')
export class SettlementImportsController {
  constructor(private readonly imports: ImportSettlement) {}

  /** Imports one report. A repeated import publishes only the lines that are new. */
  @Post()
  @HttpCode(200)
  @ApiOperation({ summary: 'Import a settlement report' })
  @ApiOkResponse({ type: SettlementImportDto })
  @ApiResponse({ status: 502, description: 'The report cannot be read.' })
  @ApiResponse({ status: 503, description: 'Cybersource did not hand out the report.' })
  async create(@Body() body: ImportSettlementDto): Promise<SettlementImportDto> {
    return await this.imports.import(body.reportDate);
  }
}

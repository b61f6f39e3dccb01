import { Controller, Get, Inject, Param, Query, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { OpsGuard } from '@sluice/service-host';
import { WorkflowEngineSettings } from '../config.ts';
import { errors } from '../errors.ts';
import { RunsQuery } from './read-runs.dto.ts';
import { ReadRuns, type RunView } from './read-runs.ts';

/** What operators see of the engine. */
@ApiTags('runs')
@ApiBearerAuth()
@UseGuards(OpsGuard)
@Controller('v1')
export class ReadRunsController {
  constructor(
    @Inject(WorkflowEngineSettings) private readonly settings: WorkflowEngineSettings,
    private readonly readRuns: ReadRuns,
  ) {}

  /** Lists the runs of one order, the newest first, 200 at most. */
  @Get('runs')
  @ApiOperation({ summary: 'Runs of an order, the newest first' })
  @ApiOkResponse({ description: 'At most 200 runs, without their journals.' })
  async list(@Query() query: RunsQuery): Promise<{ readonly runs: readonly RunView[] }> {
    const runs = await this.readRuns.ofBusinessKey(this.settings.tenant, query.businessKey);
    return { runs };
  }

  /** Shows one run with its journal. */
  @Get('runs/:runId')
  @ApiOperation({ summary: 'One run with every step it took' })
  @ApiOkResponse({ description: 'The run; a problem RUN_NOT_FOUND when there is none.' })
  async one(@Param('runId') runId: string): Promise<RunView> {
    const run = await this.readRuns.one(this.settings.tenant, runId);
    if (run === undefined) throw errors.failure('RUN_NOT_FOUND');
    return run;
  }

  /** Lists every kept flow document, the newest version of each flow first. */
  @Get('flows')
  @ApiOperation({ summary: 'Flow documents by version' })
  @ApiOkResponse({ description: 'Documents with the number of runs that still wait in them.' })
  async flows(): Promise<{ readonly flows: readonly RunView[] }> {
    return { flows: await this.readRuns.flows(this.settings.tenant) };
  }
}

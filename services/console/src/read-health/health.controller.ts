import { Controller, Get, Inject } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { asFailures } from '@sluice/postgres';
import { DataSource } from 'typeorm';
import { ConsoleSettings } from '../config.ts';
import type { FrameView, HealthView } from '../views.ts';
import { ReadHealth } from './read-health.ts';

const waitingSql = `
  select (select count(*)::int from dead_letter where tenant = $1) as "deadLetters",
    (select count(*)::int from break_view b where b.tenant = $1 and not exists (
      select 1 from settlement_match m where m.tenant = b.tenant and m.line_id = b.line_id
        and m.matched_at > b.detected_at)) as "openBreaks"`;

/** How the stack stands, and what every page shows around itself. */
@ApiTags('health')
@Controller('api/v1')
export class StackHealthController {
  constructor(
    private readonly health: ReadHealth,
    private readonly dataSource: DataSource,
    @Inject(ConsoleSettings) private readonly settings: ConsoleSettings,
  ) {}

  /** Asks every service for readiness, lag and the age of its outbox. */
  @Get('health')
  @ApiOperation({ summary: 'Readiness, lag and outbox of every service' })
  @ApiOkResponse({ description: 'Every service; one that does not answer in time is not ready.' })
  async read(): Promise<HealthView> {
    return await this.health.read();
  }

  /** Names the environment and counts what waits. */
  @Get('frame')
  @ApiOperation({ summary: 'Environment, tenant, and counts of what waits' })
  @ApiOkResponse({ description: 'What every page shows around itself.' })
  async frame(): Promise<FrameView> {
    const { tenant, environmentName, zipkinPublicUrl } = this.settings;
    const rows = await asFailures(() =>
      this.dataSource.query<{ deadLetters: number; openBreaks: number }[]>(waitingSql, [tenant]),
    );
    const { deadLetters = 0, openBreaks = 0 } = rows[0] ?? {};
    return {
      environmentName,
      tenant,
      zipkinUrl: zipkinPublicUrl.replace(/\/+$/, ''),
      deadLetters,
      openBreaks,
    };
  }
}

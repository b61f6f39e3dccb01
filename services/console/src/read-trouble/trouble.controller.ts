import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ConsoleSettings } from '../config.ts';
import { parseCursor } from '../domain/cursor.ts';
import { listsOf, OpsGateway } from '../gateways/ops.gateway.ts';
import { BreakRepository } from '../storage/break.repository.ts';
import { DeadLetterRepository } from '../storage/dead-letter.repository.ts';
import type {
  BreakView,
  DeadLetterView,
  PageView,
  ParkedKeysView,
  ParkedKeyView,
  ReportView,
} from '../views.ts';
import { BreaksQuery, DeadLettersQuery } from './trouble.dto.ts';

/** What waits for people: dead letters, parked keys, breaks. Read only. */
@ApiTags('trouble')
@Controller('api/v1')
export class TroubleController {
  constructor(
    private readonly letters: DeadLetterRepository,
    private readonly breaks: BreakRepository,
    private readonly ops: OpsGateway,
    @Inject(ConsoleSettings) private readonly settings: ConsoleSettings,
  ) {}

  /** Lists messages that consumers gave up, newest first. */
  @Get('dead-letters')
  @ApiOperation({ summary: 'Messages that consumers gave up' })
  @ApiOkResponse({ description: 'One page, and the cursor of the next.' })
  async deadLetters(@Query() query: DeadLettersQuery): Promise<PageView<DeadLetterView>> {
    const { code, limit } = query;
    const cursor = parseCursor(query.cursor);
    return await this.letters.page(this.settings.tenant, {
      limit,
      ...(code === undefined || code === '' ? {} : { code }),
      ...(cursor === undefined ? {} : { cursor }),
    });
  }

  /** Asks every service for the keys that wait in it; who does not answer in time is named. */
  @Get('parked-keys')
  @ApiOperation({ summary: 'Keys whose events wait, oldest first' })
  @ApiOkResponse({ description: 'Parked keys of the services that answered, and who did not.' })
  async parkedKeys(): Promise<ParkedKeysView> {
    const { rows, unanswered } = listsOf<ParkedKeyView>(
      await this.ops.askAll('/ops/parked-keys?limit=500'),
    );
    const parkedKeys = rows.toSorted((left, right) => left.parkedAt.localeCompare(right.parkedAt));
    return { parkedKeys, unanswered };
  }

  /** Lists where gateway and Books disagree, newest first. */
  @Get('reconciliation/breaks')
  @ApiOperation({ summary: 'Where gateway and Books disagree' })
  @ApiOkResponse({ description: 'One page, and the cursor of the next.' })
  async listBreaks(@Query() query: BreaksQuery): Promise<PageView<BreakView>> {
    const { withResolved, limit } = query;
    const cursor = parseCursor(query.cursor);
    return await this.breaks.page(this.settings.tenant, {
      withResolved,
      limit,
      ...(cursor === undefined ? {} : { cursor }),
    });
  }

  /** Lists the settlement reports of the last month and how they came out. */
  @Get('reconciliation/reports')
  @ApiOperation({ summary: 'Settlement reports with their matches and breaks' })
  @ApiOkResponse({ description: 'The reports of the last month, newest first.' })
  async reports(): Promise<readonly ReportView[]> {
    return await this.breaks.reports(this.settings.tenant);
  }
}

import { Body, Controller, Get, HttpCode, Post, Query, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Effects } from '@sluice/effects';
import type { ManualStep } from '@sluice/effects';
import { Publisher } from '@sluice/messaging';
import type { RecordedAct } from '@sluice/messaging';
import { OutboxRelay, actOnHeldKey, listActs, listHeldKeys, replayOutbox } from '@sluice/outbox';
import type { HeldKey, HeldKeyOutcome, ReplayReport } from '@sluice/outbox';
import { DataSource } from 'typeorm';
import { ClosingBody, HeldActBody, ReplayBody } from './ops-acts.dto.ts';
import { ListQuery } from './ops.dto.ts';
import { OpsGuard } from './ops.guard.ts';

/**
 * What operators do to the outbox and to effects that wait for people, and what they did.
 *
 * Wants `Authorization: Bearer <OPS_TOKEN>`; answers 401 OPS_TOKEN_REFUSED otherwise.
 */
@ApiTags('ops')
@ApiBearerAuth()
@UseGuards(OpsGuard)
@Controller('ops')
export class OutboxActsController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly publisher: Publisher,
    private readonly relay: OutboxRelay,
    private readonly effects: Effects,
  ) {}

  /** Keys whose events the broker refuses, oldest first; at most `limit`. */
  @ApiOperation({ summary: 'Keys whose events the broker refuses.' })
  @Get('held-keys')
  async heldKeys(@Query() query: ListQuery): Promise<readonly HeldKey[]> {
    return await listHeldKeys(this.dataSource, query.limit);
  }

  /**
   * Releases a held key, or drops its head or all that waits of it; the relays go on with it at once. Answers 404
   * OUTBOX_KEY_NOT_HELD, 409 OUTBOX_HEAD_CHANGED.
   */
  @ApiOperation({ summary: 'One act on a held key: release, drop-head or drop.' })
  @ApiOkResponse({ description: 'Events dropped, and events that will be published.' })
  @ApiResponse({ status: 404, description: 'OUTBOX_KEY_NOT_HELD' })
  @ApiResponse({ status: 409, description: 'OUTBOX_HEAD_CHANGED' })
  @Post('held-keys/acts')
  @HttpCode(200)
  async actOnHeldKey(@Body() body: HeldActBody): Promise<HeldKeyOutcome> {
    const outcome = await actOnHeldKey(this.dataSource, body);
    await this.relay.tend();
    return outcome;
  }

  /**
   * Publishes kept rows once more with the same ids; consumers drop what their inbox has seen. One call publishes at
   * most `rowsMax` rows and answers where to go on. Answers 410 OUTBOX_REPLAY_GONE, 409 OUTBOX_REPLAY_BUSY, 422
   * OUTBOX_REPLAY_INVALID.
   */
  @ApiOperation({ summary: 'Kept outbox rows published once more.' })
  @ApiOkResponse({ description: 'Rows, bytes, first and last sequence, and where to go on.' })
  @ApiResponse({ status: 409, description: 'OUTBOX_REPLAY_BUSY' })
  @ApiResponse({ status: 410, description: 'OUTBOX_REPLAY_GONE with the earliest beginning' })
  @ApiResponse({ status: 422, description: 'OUTBOX_REPLAY_INVALID' })
  @Post('outbox/replays')
  @HttpCode(200)
  async replay(@Body() body: ReplayBody): Promise<ReplayReport> {
    const { fromSeq, toSeq, from, to, ...rest } = body;
    const { dataSource, publisher } = this;
    return await replayOutbox(
      { dataSource, publisher },
      {
        ...rest,
        ...(fromSeq === undefined ? {} : { fromSeq: BigInt(fromSeq) }),
        ...(toSeq === undefined ? {} : { toSeq: BigInt(toSeq) }),
        ...(from === undefined ? {} : { from: new Date(from) }),
        ...(to === undefined ? {} : { to: new Date(to) }),
      },
    );
  }

  /**
   * Closes an effect that waits for people: the first person proposes, a second one carries it out. Answers 404
   * EFFECT_UNPLANNED, 409 EFFECT_NOT_MANUAL, 403 EFFECT_SAME_ACTOR, 422 EFFECT_CLOSING_INCOMPLETE.
   */
  @ApiOperation({ summary: 'One of two people closes an effect by hand.' })
  @ApiOkResponse({ description: 'proposed, or closed by the second person.' })
  @Post('effects/closings')
  @HttpCode(200)
  async closeEffect(@Body() body: ClosingBody): Promise<ManualStep> {
    const { maker: actor, ...closing } = body;
    return await this.effects.closeManually({ ...closing, actor });
  }

  /** What operators did to parked keys, dead letters, held keys and the outbox, newest first. */
  @ApiOperation({ summary: 'Acts of operators, newest first.' })
  @Get('acts')
  async acts(@Query() query: ListQuery): Promise<readonly RecordedAct[]> {
    return await listActs(this.dataSource, query.limit);
  }
}

import { Controller, Get, Inject, Query, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import { Effects } from '@sluice/effects';
import type { EffectView } from '@sluice/effects';
import type { EventStrategy, ParkedKeyView } from '@sluice/messaging';
import { ParkingStore } from '@sluice/messaging';
import { OutboxRelay, listHeldKeys } from '@sluice/outbox';
import type { HeldKey } from '@sluice/outbox';
import { DataSource } from 'typeorm';
import { EVENT_STRATEGY } from '../host-options.ts';
import { EffectsQuery, ListQuery } from './ops.dto.ts';
import { OpsGuard } from './ops.guard.ts';

/** How the outbox of this service stands. */
export interface OutboxStatus {
  readonly oldestUnpublishedAgeMs: number;
  readonly ownedShards: number;
  readonly heldKeys: readonly HeldKey[];
}

/**
 * How one service stands.
 *
 * Wants `Authorization: Bearer <OPS_TOKEN>`; answers 401 OPS_TOKEN_REFUSED otherwise.
 */
@ApiTags('ops')
@ApiBearerAuth()
@UseGuards(OpsGuard)
@Controller('ops')
export class OpsController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly effects: Effects,
    private readonly relay: OutboxRelay,
    private readonly parking: ParkingStore,
    @Inject(EVENT_STRATEGY) private readonly strategy: EventStrategy,
  ) {}

  /** Keys that wait, oldest first, with the cause; at most `limit`. */
  @Get('parked-keys')
  async parkedKeys(@Query() query: ListQuery): Promise<readonly ParkedKeyView[]> {
    return await this.parking.list(query.limit);
  }

  /** Effects on third parties with their attempts, newest first; request and reply are redacted. */
  @Get('effects')
  async listEffects(@Query() query: EffectsQuery): Promise<readonly EffectView[]> {
    return await this.effects.list({
      limit: query.limit,
      ...(query.subject === undefined ? {} : { subject: query.subject }),
      ...(query.state === undefined ? {} : { state: query.state }),
    });
  }

  /** Age of the oldest unpublished row, owned shards, and keys the broker refuses. */
  @Get('outbox')
  async outbox(): Promise<OutboxStatus> {
    return {
      oldestUnpublishedAgeMs: this.relay.oldestUnpublishedAgeMs(),
      ownedShards: this.relay.ownedShards(),
      heldKeys: await listHeldKeys(this.dataSource),
    };
  }

  /** Every consumer group of this process as it stands. */
  @Get('consumers')
  consumers(): unknown {
    return this.strategy.describe();
  }
}

import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Clock } from '@sluice/clock';
import { asFailures } from '@sluice/postgres';
import { Jobs } from '@sluice/service-host';
import { DataSource } from 'typeorm';
import { CybersourceGatewaySettings } from '../config.ts';
import { IdempotencyRepository } from '../storage/idempotency.repository.ts';

const hourMs = 3_600_000;

/** Forgets idempotency keys once their time is over. */
@Injectable()
export class ExpireIdempotencyKeysJob implements OnModuleInit {
  constructor(
    private readonly jobs: Jobs,
    private readonly dataSource: DataSource,
    private readonly keys: IdempotencyRepository,
    private readonly clock: Clock,
    private readonly settings: CybersourceGatewaySettings,
  ) {}

  onModuleInit(): void {
    const run = async (): Promise<void> => void (await this.run());
    this.jobs.every({ name: 'expire-idempotency-keys', intervalMs: hourMs, run });
  }

  /** One run; returns how many keys were forgotten. */
  async run(): Promise<number> {
    const keepMs = this.settings.idempotencyKeepHours * hourMs;
    const olderThan = new Date(this.clock.now().getTime() - keepMs);
    return await asFailures(() => this.keys.forget(this.dataSource.manager, olderThan));
  }
}

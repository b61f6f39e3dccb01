import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Clock } from '@sluice/clock';
import { Jobs } from '@sluice/service-host';
import { CybersourceGatewaySettings } from '../config.ts';
import { ImportSettlement } from './import-settlement.ts';

const dayMs = 86_400_000;

/** Looks for the settlement reports of the last two days; a report may appear late, or grow. */
@Injectable()
export class ImportSettlementJob implements OnModuleInit {
  constructor(
    private readonly jobs: Jobs,
    private readonly imports: ImportSettlement,
    private readonly clock: Clock,
    private readonly settings: CybersourceGatewaySettings,
  ) {}

  onModuleInit(): void {
    const intervalMs = this.settings.settlementPollMs;
    if (intervalMs === 0) return;
    this.jobs.every({ name: 'import-settlement', intervalMs, run: () => this.run() });
  }

  /** One run. The report of a day carries the date of the next one, so today's tells of yesterday. */
  async run(): Promise<void> {
    const now = this.clock.now().getTime();
    for (const instant of [now - dayMs, now]) {
      await this.imports.import(new Date(instant).toISOString().slice(0, 10));
    }
  }
}

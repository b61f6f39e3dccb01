import { type DynamicModule, Module } from '@nestjs/common';
import { hostModule } from '@sluice/service-host';
import { ReconciliationSettings } from './config.ts';
import { Matching } from './match-settlement/matching.ts';
import { MatchSettlementConsumer } from './match-settlement/match-settlement.consumer.ts';
import { MatchSettlementJob } from './match-settlement/match-settlement.job.ts';
import { BreaksController } from './read-breaks/breaks.controller.ts';
import { BreakRepository } from './storage/break.repository.ts';
import { EntryRepository } from './storage/entry.repository.ts';
import { LineRepository } from './storage/line.repository.ts';
import { migrations } from './storage/migrations/index.ts';

@Module({})
class AppModule {}

/** All wiring of the service. */
export function appModule(settings: Readonly<ReconciliationSettings>): DynamicModule {
  const publishes = [
    'sluice.reconciliation.v1.SettlementLineMatched',
    'sluice.reconciliation.v1.BreakDetected',
  ] as const;
  return {
    module: AppModule,
    imports: [hostModule({ name: 'reconciliation', settings, publishes, migrations })],
    controllers: [MatchSettlementConsumer, BreaksController],
    providers: [
      { provide: ReconciliationSettings, useValue: settings },
      Matching,
      MatchSettlementJob,
      EntryRepository,
      LineRepository,
      BreakRepository,
    ],
  };
}

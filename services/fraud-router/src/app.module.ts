import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { type DynamicModule, Module } from '@nestjs/common';
import { hostModule } from '@sluice/service-host';
import { FraudRouterSettings } from './config.ts';
import { parseRules } from './domain/rules.ts';
import { KeepHistoryJob } from './keep-history/keep-history.job.ts';
import { RecordHistoryConsumer } from './record-history/record-history.consumer.ts';
import { RULES } from './rules-token.ts';
import { ScorePaymentConsumer } from './score-payment/score-payment.consumer.ts';
import { FraudCaseRepository } from './storage/fraud-case.repository.ts';
import { HistoryRepository } from './storage/history.repository.ts';
import { migrations } from './storage/migrations/index.ts';

@Module({})
class AppModule {}

/** All wiring of the service. @throws DocumentRejected when the rule file has a fault. */
export function appModule(settings: Readonly<FraudRouterSettings>): DynamicModule {
  const { rulesFile } = settings;
  const rules = parseRules(readFileSync(rulesFile, 'utf8'), basename(rulesFile));
  const publishes = ['sluice.fraud.v1.FraudCaseOpened'] as const;
  return {
    module: AppModule,
    imports: [hostModule({ name: 'fraud-router', settings, publishes, migrations })],
    controllers: [RecordHistoryConsumer, ScorePaymentConsumer],
    providers: [
      { provide: RULES, useValue: rules },
      { provide: FraudRouterSettings, useValue: settings },
      HistoryRepository,
      FraudCaseRepository,
      KeepHistoryJob,
    ],
  };
}

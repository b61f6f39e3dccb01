import { type DynamicModule, Module } from '@nestjs/common';
import { hostModule } from '@sluice/service-host';
import { ConsoleSettings } from './config.ts';
import { ChangesController } from './follow-changes/changes.controller.ts';
import { Changes } from './follow-changes/changes.ts';
import { HttpOpsGateway } from './gateways/http-ops.gateway.ts';
import { OpsGateway } from './gateways/ops.gateway.ts';
import { KeepProjectionJob } from './keep-projection/keep-projection.job.ts';
import { ProjectDeadLettersConsumer } from './project-dead-letters/project-dead-letters.consumer.ts';
import { ProjectEventsConsumer } from './project-events/project-events.consumer.ts';
import { StackHealthController } from './read-health/health.controller.ts';
import { ReadHealth } from './read-health/read-health.ts';
import { PaymentsController } from './read-payments/payments.controller.ts';
import { ReadStory } from './read-payments/read-story.ts';
import { TroubleController } from './read-trouble/trouble.controller.ts';
import { ServeWeb } from './serve-web/serve-web.ts';
import { WebController } from './serve-web/web.controller.ts';
import { BreakRepository } from './storage/break.repository.ts';
import { DeadLetterRepository } from './storage/dead-letter.repository.ts';
import { migrations } from './storage/migrations/index.ts';
import { PaymentRepository } from './storage/payment.repository.ts';
import { ProjectionRepository } from './storage/projection.repository.ts';
import { StoryRepository } from './storage/story.repository.ts';

@Module({})
class AppModule {}

/** All wiring of the service. */
export function appModule(settings: Readonly<ConsoleSettings>): DynamicModule {
  return {
    module: AppModule,
    imports: [hostModule({ name: 'console', settings, publishes: [], migrations })],
    controllers: [
      ProjectEventsConsumer,
      ProjectDeadLettersConsumer,
      PaymentsController,
      TroubleController,
      StackHealthController,
      ChangesController,
      WebController,
    ],
    providers: [
      { provide: ConsoleSettings, useValue: settings },
      { provide: OpsGateway, useClass: HttpOpsGateway },
      ProjectionRepository,
      DeadLetterRepository,
      PaymentRepository,
      StoryRepository,
      BreakRepository,
      ReadStory,
      ReadHealth,
      Changes,
      ServeWeb,
      KeepProjectionJob,
    ],
  };
}

import { Module, type DynamicModule } from '@nestjs/common';
import { hostModule } from '@sluice/service-host';
import { WorkflowEngineSettings } from './config.ts';
import { FlowRegistry } from './documents/flow-registry.ts';
import { ReadRunsController } from './read-runs/read-runs.controller.ts';
import { ReadRuns } from './read-runs/read-runs.ts';
import { publishedTypes, source } from './run-flow/emitted-events.ts';
import { RunFlowConsumer } from './run-flow/run-flow.consumer.ts';
import { RunFlow } from './run-flow/run-flow.ts';
import { TimeOutRunsJob } from './run-flow/time-out-runs.job.ts';
import { FlowDefinitionRepository } from './storage/flow-definition.repository.ts';
import { migrations } from './storage/migrations/index.ts';
import { PendingEventRepository } from './storage/pending-event.repository.ts';
import { RunRepository } from './storage/run.repository.ts';

@Module({})
class WorkflowEngineModule {}

/** All wiring of workflow-engine. */
export function appModule(settings: Readonly<WorkflowEngineSettings>): DynamicModule {
  return {
    module: WorkflowEngineModule,
    imports: [hostModule({ name: source, settings, migrations, publishes: publishedTypes })],
    controllers: [RunFlowConsumer, ReadRunsController],
    providers: [
      { provide: WorkflowEngineSettings, useValue: settings },
      FlowRegistry,
      FlowDefinitionRepository,
      RunRepository,
      PendingEventRepository,
      RunFlow,
      TimeOutRunsJob,
      ReadRuns,
    ],
  };
}

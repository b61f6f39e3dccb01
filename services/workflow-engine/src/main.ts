import { runService } from '@sluice/service-host';
import { appModule } from './app.module.ts';
import { WorkflowEngineSettings } from './config.ts';

await runService({
  name: 'workflow-engine',
  settings: WorkflowEngineSettings,
  module: appModule,
});

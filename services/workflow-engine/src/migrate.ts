import { runMigrate } from '@sluice/service-host';
import { WorkflowEngineSettings } from './config.ts';
import { migrations } from './storage/migrations/index.ts';

await runMigrate({ name: 'workflow-engine', settings: WorkflowEngineSettings, migrations });

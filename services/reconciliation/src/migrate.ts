import { runMigrate } from '@sluice/service-host';
import { ReconciliationSettings } from './config.ts';
import { migrations } from './storage/migrations/index.ts';

await runMigrate({ name: 'reconciliation', settings: ReconciliationSettings, migrations });

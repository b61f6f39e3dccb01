import { runMigrate } from '@sluice/service-host';
import { FraudRouterSettings } from './config.ts';
import { migrations } from './storage/migrations/index.ts';

await runMigrate({ name: 'fraud-router', settings: FraudRouterSettings, migrations });

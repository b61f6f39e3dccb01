import { runMigrate } from '@sluice/service-host';
import { ConsoleSettings } from './config.ts';
import { migrations } from './storage/migrations/index.ts';

await runMigrate({ name: 'console', settings: ConsoleSettings, migrations });

import { runService } from '@sluice/service-host';
import { appModule } from './app.module.ts';
import { ReconciliationSettings } from './config.ts';

await runService({ name: 'reconciliation', settings: ReconciliationSettings, module: appModule });

import { runService } from '@sluice/service-host';
import { appModule } from './app.module.ts';
import { FraudRouterSettings } from './config.ts';

await runService({ name: 'fraud-router', settings: FraudRouterSettings, module: appModule });

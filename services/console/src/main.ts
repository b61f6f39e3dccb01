import { runService } from '@sluice/service-host';
import { appModule } from './app.module.ts';
import { ConsoleSettings } from './config.ts';

await runService({ name: 'console', settings: ConsoleSettings, module: appModule });

import { runService } from '@sluice/service-host';
import { appModule } from './app.module.ts';
import { CanonicalMapperSettings } from './config.ts';

await runService({
  name: 'canonical-mapper',
  settings: CanonicalMapperSettings,
  module: appModule,
});

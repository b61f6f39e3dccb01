import { runService } from '@sluice/service-host';
import { AppModule, serviceName } from './app.module.ts';
import { ZohoGatewaySettings } from './config.ts';

await runService({
  name: serviceName,
  settings: ZohoGatewaySettings,
  module: (settings) => AppModule.with(settings),
});

import { runService } from '@sluice/service-host';
import { AppModule, serviceName } from './app.module.ts';
import { CommerceGatewaySettings } from './config.ts';

await runService({
  name: serviceName,
  settings: CommerceGatewaySettings,
  module: (settings) => AppModule.with(settings),
});

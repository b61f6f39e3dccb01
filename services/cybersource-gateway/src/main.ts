import { runService } from '@sluice/service-host';
import { AppModule } from './app.module.ts';
import { CybersourceGatewaySettings } from './config.ts';

await runService({
  name: 'cybersource-gateway',
  settings: CybersourceGatewaySettings,
  module: (settings) => AppModule.with(settings),
});

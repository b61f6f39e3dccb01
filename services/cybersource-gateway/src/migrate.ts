import { runMigrate } from '@sluice/service-host';
import { CybersourceGatewaySettings } from './config.ts';
import { ownMigrations } from './storage/migrations/index.ts';

await runMigrate({
  name: 'cybersource-gateway',
  settings: CybersourceGatewaySettings,
  migrations: ownMigrations,
});

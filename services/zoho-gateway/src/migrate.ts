import { runMigrate } from '@sluice/service-host';
import { serviceName } from './app.module.ts';
import { ZohoGatewaySettings } from './config.ts';
import { migrations } from './storage/migrations.ts';

await runMigrate({ name: serviceName, settings: ZohoGatewaySettings, migrations });

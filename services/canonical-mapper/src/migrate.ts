import { runMigrate } from '@sluice/service-host';
import { CanonicalMapperSettings } from './config.ts';

await runMigrate({ name: 'canonical-mapper', settings: CanonicalMapperSettings, migrations: [] });

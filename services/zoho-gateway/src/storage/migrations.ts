import type { MigrationClass } from '@sluice/postgres';
import { rateBudgetMigrations } from '@sluice/rate-budget';
import { cardNumberRefusalMigrations } from '@sluice/service-host';
import { CreateZohoGateway1767225600030 } from './migrations/create-zoho-gateway-1767225600030.ts';

/** Migrations of the service, with those of the parts that it uses. */
export const migrations: readonly MigrationClass[] = [
  ...rateBudgetMigrations,
  CreateZohoGateway1767225600030,
  ...cardNumberRefusalMigrations,
];

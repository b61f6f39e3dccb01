import type { MigrationClass } from '@sluice/postgres';
import { rateBudgetMigrations } from '@sluice/rate-budget';
import { CreateZohoGateway1767225600030 } from './migrations/create-zoho-gateway-1767225600030.ts';

/** Migrations of the service, the rate budget's first. */
export const migrations: readonly MigrationClass[] = [
  ...rateBudgetMigrations,
  CreateZohoGateway1767225600030,
];

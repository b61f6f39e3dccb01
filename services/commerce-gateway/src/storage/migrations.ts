import type { MigrationClass } from '@sluice/postgres';
import { CreateCommerceGateway1767225600010 } from './migrations/create-commerce-gateway-1767225600010.ts';
import { ShareCardNumberRefusal1767225600011 } from './migrations/share-card-number-refusal-1767225600011.ts';

/** Migrations of the service. */
export const migrations: readonly MigrationClass[] = [
  CreateCommerceGateway1767225600010,
  ShareCardNumberRefusal1767225600011,
];

import type { MigrationClass } from '@sluice/postgres';
import { History1767225600001 } from './1767225600001-history.ts';

/** Every migration of the service, oldest first. */
export const migrations: readonly MigrationClass[] = [History1767225600001];

import type { MigrationClass } from '@sluice/postgres';
import { Reconciliation1767225600001 } from './1767225600001-reconciliation.ts';

/** The service's own migrations, in order. */
export const migrations: readonly MigrationClass[] = [Reconciliation1767225600001];

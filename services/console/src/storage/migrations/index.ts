import type { MigrationClass } from '@sluice/postgres';
import { Projection1767225600001 } from './1767225600001-projection.ts';

/** The console's own migrations, oldest first. */
export const migrations: readonly MigrationClass[] = [Projection1767225600001];

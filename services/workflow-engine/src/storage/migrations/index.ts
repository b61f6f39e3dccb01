import type { MigrationClass } from '@sluice/postgres';
import { FlowRuns1767225600001 } from './1767225600001-flow-runs.ts';

/** The migrations of this service, in order. */
export const migrations: readonly MigrationClass[] = [FlowRuns1767225600001];

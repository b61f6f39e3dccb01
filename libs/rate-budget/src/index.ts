export { RateBudget } from './rate-budget.ts';
export type { Permit, RateBudgetOptions } from './rate-budget.ts';
export { rateBudgetMigrations } from './migrations.ts';

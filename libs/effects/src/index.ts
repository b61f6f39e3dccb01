export { Effects } from './effects.ts';
export type { EffectPlan } from './effects.ts';
export type {
  EffectClass,
  EffectContext,
  EffectDefinition,
  EffectResult,
  SettledEffect,
} from './definition.ts';
export { NotExecuted, Rejected } from './effect-failures.ts';
export type { EffectState } from './state.ts';
export type {
  AttemptView,
  ClosingView,
  EffectFigures,
  EffectFilter,
  EffectView,
} from './effect-list.ts';
export type { AttemptOutcome } from './attempts.ts';
export type { ManualClosing, ManualStep, ManualVerdict } from './manual-closing.ts';
export { effectsMigrations } from './migrations.ts';

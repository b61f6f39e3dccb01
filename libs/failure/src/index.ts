export {
  DependencyDown,
  Failure,
  PermanentFailure,
  PoisonMessage,
  TransientFailure,
} from './failure.ts';
export type { FailureOptions, TransientOptions } from './failure.ts';
export { classify } from './classify.ts';
export type { FailureClass } from './classify.ts';
export { defineErrors, httpStatusOf } from './catalogue.ts';
export type { ErrorCatalogue, ErrorEntry, Errors, RaiseOptions } from './catalogue.ts';

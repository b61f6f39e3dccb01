import { DependencyDown, PermanentFailure, PoisonMessage, TransientFailure } from './failure.ts';

/** How a consumer treats an error; `bug` is anything we did not foresee. */
export type FailureClass = 'transient' | 'dependency-down' | 'permanent' | 'poison' | 'bug';

/** Names the class of any thrown value. Unknown errors are bugs: retried, bounded, loud. */
export function classify(error: unknown): FailureClass {
  if (error instanceof DependencyDown) return 'dependency-down';
  if (error instanceof TransientFailure) return 'transient';
  if (error instanceof PermanentFailure) return 'permanent';
  if (error instanceof PoisonMessage) return 'poison';
  return 'bug';
}

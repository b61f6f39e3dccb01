import type { FunctionDefinition } from '@sluice/contracts';
import type { TaskList } from './flow.ts';
import { problemTypeOf } from './problems.ts';
import { triesAround } from './scopes.ts';

/** The errors of a function that no catch around the list takes. */
export function findUncaughtErrors(
  list: TaskList,
  definition: FunctionDefinition,
): readonly string[] {
  const caught = triesAround(list).map(({ handler }) => handler.type);
  if (caught.includes(undefined)) return [];
  return definition.errors.filter((error) => !caught.includes(problemTypeOf(error)));
}

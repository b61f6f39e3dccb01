import type { TaskList, TryTask } from './flow.ts';

/** The tries whose errors come from this list, the nearest first. */
export function triesAround(list: TaskList): readonly TryTask[] {
  const tries: TryTask[] = [];
  for (let inner: TaskList | undefined = list; inner !== undefined; inner = inner.owner?.list) {
    if (inner.role === 'try' && inner.owner?.kind === 'try') tries.push(inner.owner);
  }
  return tries;
}

import { Failure, PermanentFailure } from '@sluice/failure';
import type { Task, TaskList, TryTask } from './flow.ts';
import { isJsonObject, type Json } from './json.ts';
import { valueNotMade, type Problem } from './problems.ts';
import { hashOf, type RunDraft } from './run-draft.ts';
import { triesAround } from './scopes.ts';

/** The task to go on with and what it is given; undefined when the run waits or has ended. */
export type Next = { readonly task: Task; readonly input: Json } | undefined;

/** The first task of a list. */
export function firstOf(list: TaskList, input: Json): Next {
  const [task] = list.tasks;
  return task === undefined ? undefined : { task, input };
}

/** Goes where a finished task leads. */
export function follow(
  draft: RunDraft,
  task: Task,
  way: { readonly directive: string; readonly output: Json },
): Next {
  const { directive, output } = way;
  const { tasks, owner } = task.list;
  if (directive === 'end') return endCompleted(draft, output);
  const named = tasks.find(({ name }) => name === directive);
  if (named !== undefined) return { task: named, input: output };
  const following = directive === 'exit' ? undefined : tasks[tasks.indexOf(task) + 1];
  if (following !== undefined) return { task: following, input: output };
  if (owner === undefined) return endCompleted(draft, output);
  return leave(draft, owner, output);
}

/** Applies `output.as` and `export.as` of a task. */
export function transform(
  draft: RunDraft,
  task: Task,
  values: { readonly input: Json; readonly output: Json },
): Json {
  const { input } = values;
  const output =
    task.outputAs === undefined ? values.output : task.outputAs(draft.variables({ ...values }));
  if (task.exportAs === undefined) return output;
  const context = task.exportAs(draft.variables({ input, output }));
  if (!isJsonObject(context)) {
    throw new PermanentFailure('FLOW_CONTEXT_INVALID', 'What is exported is to be an object');
  }
  draft.change({ context });
  return output;
}

/** Hands a problem to the nearest try that takes it; without one the run faults. */
export function raise(draft: RunDraft, task: Task, problem: Problem): Next {
  const owner = findHandler(draft, task.list, problem);
  if (owner !== undefined) return enterHandler(draft, owner, problem);
  return endFaulted(draft, problem);
}

/**
 * Lets a task act. A failure of an expression or a mapping is a problem the flow may catch.
 *
 * @throws PermanentFailure when the flow does not: then nothing has happened at all.
 */
export function attempt(draft: RunDraft, task: Task, act: () => Next): Next {
  const before = draft.mark();
  try {
    return act();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const problem = valueNotMade(task.path, `${error.code}: ${error.message}`);
    draft.rewind(before);
    const owner = findHandler(draft, task.list, problem);
    if (owner === undefined) {
      const { flow, version } = draft.run;
      const place = `Flow ${flow} ${version}, task "${task.path}"`;
      throw new PermanentFailure(error.code, `${place}: ${error.message}`, { cause: error });
    }
    const { wait, taskInput } = draft.run;
    draft.change({ wait: null });
    draft.record(task, {
      status: 'faulted',
      output: problem,
      inputHash: wait?.inputHash ?? hashOf(taskInput),
      iteration: wait?.iteration ?? draft.enter(task),
      startedMicros: wait?.sinceMicros ?? draft.atMicros,
    });
    draft.tell('task.faulted', task.path, problem.detail);
    return enterHandler(draft, owner, problem);
  }
}

/** Ends the run with a problem that nobody caught. */
export function endFaulted(draft: RunDraft, fault: Problem): undefined {
  const endedMicros = draft.atMicros;
  draft.change({ phase: 'faulted', outcome: 'faulted', fault, wait: null, endedMicros });
  draft.tell('workflow.faulted', fault.instance === '' ? null : fault.instance, fault.detail);
}

function endCompleted(draft: RunDraft, last: Json): undefined {
  const { outputAs } = draft.flow;
  const output = outputAs === undefined ? last : outputAs(draft.variables({ output: last }));
  const named = isJsonObject(output) ? output['outcome'] : undefined;
  const outcome = typeof named === 'string' ? named : 'completed';
  const endedMicros = draft.atMicros;
  draft.change({ phase: 'completed', outcome, output, wait: null, taskInput: null, endedMicros });
  draft.tell('workflow.completed', null, outcome);
}

/** Finishes the task whose list is through. */
function leave(draft: RunDraft, owner: Task, raw: Json): Next {
  if (owner.kind === 'try') forget(draft, owner);
  const output = transform(draft, owner, { input: draft.run.taskInput, output: raw });
  return follow(draft, owner, { directive: owner.then, output });
}

function forget(draft: RunDraft, { handler }: TryTask): void {
  const { [handler.as]: _handled, ...caught } = draft.run.caught;
  draft.change({ caught });
}

function findHandler(draft: RunDraft, list: TaskList, problem: Problem): TryTask | undefined {
  return triesAround(list).find(({ handler: { type, status, when, as } }) => {
    if (type !== undefined && type !== problem.type) return false;
    if (status !== undefined && status !== problem.status) return false;
    return when === undefined || when(draft.variables({ [as]: problem })) === true;
  });
}

function enterHandler(draft: RunDraft, owner: TryTask, problem: Problem): Next {
  const { as, body } = owner.handler;
  draft.change({ caught: { ...draft.run.caught, [as]: problem } });
  if (body === undefined) return leave(draft, owner, draft.run.taskInput);
  return firstOf(body, problem);
}

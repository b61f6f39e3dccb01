import { deriveId } from '@sluice/clock';
import { PermanentFailure } from '@sluice/failure';
import type { CallTask, ListenTask, Task } from './flow.ts';
import { isJsonObject, type Json } from './json.ts';
import type { Problem } from './problems.ts';
import { firstOf, follow, raise, transform, type Next } from './routing.ts';
import { hashOf, type RunDraft } from './run-draft.ts';

/** Performs a task as far as it goes without waiting. */
export function enterTask(draft: RunDraft, task: Task, given: Json): Next {
  const variables = draft.variables({ input: given });
  if (task.condition !== undefined && task.condition(variables) !== true) {
    return skip(draft, task, given);
  }
  const input = task.inputFrom === undefined ? given : task.inputFrom(variables);
  draft.change({ taskInput: input });
  if (task.kind === 'do' || task.kind === 'try') {
    draft.enter(task);
    return firstOf(task.body, input);
  }
  if (task.kind === 'call') return call(draft, task, input);
  if (task.kind === 'listen') return listen(draft, task, input);
  const seen = draft.variables({ input });
  if (task.kind === 'set') return step(draft, task, { input, output: task.value(seen) });
  const chosen = task.cases.find(({ when }) => when === undefined || when(seen) === true);
  return step(draft, task, { input, output: input, then: chosen?.then ?? task.then });
}

/** Ends the wait of a task that got what it waited for. */
export function completeWait(
  draft: RunDraft,
  task: Task,
  result: { readonly output: Json; readonly attempts: number },
): Next {
  const { wait, taskInput } = draft.run;
  if (wait === null) return undefined;
  const output = transform(draft, task, { input: taskInput, output: result.output });
  const { inputHash, iteration, sinceMicros: startedMicros } = wait;
  const { attempts } = result;
  draft.change({ wait: null });
  draft.record(task, {
    status: 'completed',
    output,
    inputHash,
    iteration,
    startedMicros,
    attempts,
  });
  draft.tell('task.completed', task.path, '');
  return follow(draft, task, { directive: task.then, output });
}

/** Ends the wait of a task that was refused or whose time is over. */
export function failWait(
  draft: RunDraft,
  task: Task,
  failed: { readonly problem: Problem; readonly attempts: number },
): Next {
  const { wait } = draft.run;
  if (wait === null) return undefined;
  const { problem, attempts } = failed;
  const { inputHash, iteration, sinceMicros: startedMicros } = wait;
  draft.change({ wait: null });
  const entry = { status: 'faulted', output: problem, inputHash, iteration } as const;
  draft.record(task, { ...entry, startedMicros, attempts });
  draft.tell('task.faulted', task.path, problem.detail);
  return raise(draft, task, problem);
}

function skip(draft: RunDraft, task: Task, given: Json): Next {
  const iteration = draft.enter(task);
  const startedMicros = draft.atMicros;
  const inputHash = hashOf(given);
  draft.record(task, { status: 'skipped', output: null, inputHash, iteration, startedMicros });
  return follow(draft, task, { directive: 'continue', output: given });
}

/** Finishes a task that needs nothing from outside. */
function step(
  draft: RunDraft,
  task: Task,
  done: { readonly input: Json; readonly output: Json; readonly then?: string },
): Next {
  const iteration = draft.enter(task);
  const output = transform(draft, task, done);
  const inputHash = hashOf(done.input);
  const startedMicros = draft.atMicros;
  draft.record(task, { status: 'completed', output, inputHash, iteration, startedMicros });
  return follow(draft, task, { directive: done.then ?? task.then, output });
}

function call(draft: RunDraft, task: CallTask, input: Json): undefined {
  const given = task.arguments(draft.variables({ input }));
  if (!isJsonObject(given)) {
    throw new PermanentFailure('FLOW_ARGUMENT_INVALID', 'The arguments are to be an object');
  }
  const iteration = draft.enter(task);
  const { runId } = draft.run;
  const commandId = deriveId(runId, task.path, String(iteration));
  draft.command({
    commandId,
    effectKey: `${runId}/${task.path}/${iteration}`,
    functionName: task.functionName,
    topic: task.definition.commands,
    arguments: given,
    task: task.path,
  });
  const inputHash = hashOf(given);
  const sinceMicros = draft.atMicros;
  draft.change({
    wait: { kind: 'call', task: task.path, iteration, sinceMicros, inputHash, commandId },
  });
  draft.tell('task.started', task.path, task.definition.sentence);
}

function listen(draft: RunDraft, task: ListenTask, input: Json): undefined {
  const types = task.filters.map(({ type }) => type);
  const { atMicros } = draft;
  const { timeoutMs } = task;
  draft.change({
    wait: {
      kind: 'listen',
      task: task.path,
      iteration: draft.enter(task),
      sinceMicros: atMicros,
      inputHash: hashOf(input),
      types,
      dueMicros: timeoutMs === undefined ? undefined : atMicros + BigInt(timeoutMs) * 1_000n,
    },
  });
  const names = types.map((type) => type.slice(type.lastIndexOf('.') + 1));
  draft.tell('task.started', task.path, `Waits for ${names.join(' or ')}`);
}

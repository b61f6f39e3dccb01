import { PermanentFailure } from '@sluice/failure';
import type { EventFilter, Flow, Task } from './flow.ts';
import type { Json, JsonObject } from './json.ts';
import { completeWait, enterTask, failWait } from './perform-task.ts';
import { refusal, timedOut, tooManySteps } from './problems.ts';
import { attempt, endFaulted, firstOf, type Next } from './routing.ts';
import { hashOf, RunDraft } from './run-draft.ts';
import type { Advance, EventSignal, OutcomeSignal, Run, Signal } from './run.ts';

/** Steps a run takes at most before it must wait for something. */
export const stepsPerAdvanceMax = 1_000;

/** What a new run is about. */
export interface RunStart {
  readonly runId: string;
  readonly businessKey: string;
  readonly runKey: string;
  readonly input: Json;
  readonly atMicros: bigint;
}

/**
 * Starts a run and takes it to its first wait or its end.
 *
 * @throws PermanentFailure when an expression or a mapping fails and the flow does not say what
 * to do then: nothing has happened, and the trigger can be tried again.
 */
export function startRun(flow: Flow, start: RunStart): Advance {
  const { atMicros, ...identity } = start;
  const run: Run = {
    ...identity,
    flow: flow.name,
    version: flow.version,
    phase: 'waiting',
    outcome: null,
    fault: null,
    context: {},
    output: null,
    caught: {},
    taskInput: null,
    iterations: {},
    stepCount: 0,
    wait: null,
    startedMicros: atMicros,
    deadlineMicros:
      flow.timeoutMs === undefined ? undefined : atMicros + BigInt(flow.timeoutMs) * 1_000n,
    endedMicros: undefined,
  };
  const draft = new RunDraft(flow, run, atMicros);
  draft.tell('workflow.started', null, flow.title);
  drive(draft, firstOf(flow.root, start.input));
  return draft.finish();
}

/**
 * Goes on with a run that was waiting for this signal.
 *
 * Undefined when the run does not wait for it: it is late, repeated, or meant for another run.
 * The same signal never has two effects, because taking it ends the wait it belongs to.
 * @throws PermanentFailure as {@link startRun}; the run stays where it was.
 */
export function resumeRun(
  flow: Flow,
  run: Run,
  happened: { readonly signal: Signal; readonly atMicros: bigint },
): Advance | undefined {
  const { signal, atMicros } = happened;
  if (run.phase !== 'waiting' || run.wait === null) return undefined;
  const task = flow.tasks.get(run.wait.task);
  if (task === undefined) {
    throw new PermanentFailure('FLOW_TASK_UNKNOWN', `Flow ${flow.name} has no "${run.wait.task}"`);
  }
  const draft = new RunDraft(flow, run, atMicros);
  if (!isAwaited(draft, task, signal)) return undefined;
  if (signal.kind === 'timeout' && signal.task === '') endFaulted(draft, timedOut(''));
  else drive(draft, take(draft, task, signal));
  return draft.finish();
}

function isAwaited(draft: RunDraft, task: Task, signal: Signal): boolean {
  const { wait, deadlineMicros } = draft.run;
  if (wait === null) return false;
  if (signal.kind === 'outcome') {
    return wait.kind === 'call' && signal.commandId === wait.commandId;
  }
  if (signal.kind === 'event') {
    return task.kind === 'listen' && task.filters.some((filter) => takes(draft, filter, signal));
  }
  if (signal.task === '') return isOver(deadlineMicros, draft.atMicros);
  return (
    wait.kind === 'listen' && signal.task === wait.task && isOver(wait.dueMicros, draft.atMicros)
  );
}

function isOver(dueMicros: bigint | undefined, atMicros: bigint): boolean {
  return dueMicros !== undefined && dueMicros <= atMicros;
}

function take(draft: RunDraft, task: Task, signal: Signal): Next {
  if (signal.kind === 'timeout') {
    return failWait(draft, task, { problem: timedOut(task.path), attempts: 1 });
  }
  if (signal.kind === 'event') {
    const result = { output: [signal.data], attempts: 1 };
    return attempt(draft, task, () => completeWait(draft, task, result));
  }
  return takeOutcome(draft, task, signal);
}

function takeOutcome(draft: RunDraft, task: Task, signal: OutcomeSignal): Next {
  const { result, attempts } = signal;
  if (result.status === 'SUCCEEDED') {
    const { output } = result;
    return attempt(draft, task, () => completeWait(draft, task, { output, attempts }));
  }
  const problem = refusal(task.path, result.type, result.detail);
  return failWait(draft, task, { problem, attempts });
}

/** Performs tasks until one waits or the run ends. */
function drive(draft: RunDraft, first: Next): void {
  let next = first;
  for (let steps = 1; next !== undefined; steps += 1) {
    const { task, input } = next;
    if (steps > stepsPerAdvanceMax) {
      endFaulted(draft, tooManySteps(task.path, stepsPerAdvanceMax));
      return;
    }
    draft.change({ taskInput: input });
    next = attempt(draft, task, () => enterTask(draft, task, input));
  }
}

function takes(draft: RunDraft, filter: EventFilter, signal: EventSignal): boolean {
  if (filter.type !== signal.type) return false;
  const event: JsonObject = { type: signal.type, data: signal.data };
  const variables = draft.variables({ event });
  return filter.correlations.every(
    ({ from, expect }) => hashOf(from(variables)) === hashOf(expect(variables)),
  );
}

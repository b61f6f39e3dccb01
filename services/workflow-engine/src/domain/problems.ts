import type { JsonObject } from './json.ts';

/** Type of the problem that a listen raises when its time is over; the standard's own name. */
export const timeoutProblemType = 'https://serverlessworkflow.io/spec/1.0.0/errors/timeout';

const businessPrefix = 'urn:sluice:error:';

/** An error of a flow, in the shape of RFC 9457. */
export interface Problem extends JsonObject {
  readonly type: string;
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  /** Path of the task that raised it. */
  readonly instance: string;
}

/** Type of the problem for a business refusal of the catalogue. */
export function problemTypeOf(errorName: string): string {
  return `${businessPrefix}${errorName}`;
}

/** The problem of a command that the other side refused. */
export function refusal(task: string, type: string | null, detail: string): Problem {
  return {
    type: type ?? problemTypeOf('refused'),
    status: 422,
    title: 'The call was refused',
    detail,
    instance: task,
  };
}

/** The problem of a task or a run whose time is over. */
export function timedOut(task: string): Problem {
  return {
    type: timeoutProblemType,
    status: 408,
    title: 'The time is over',
    detail: task === '' ? 'The run did not end in its time' : `Nothing came for "${task}" in time`,
    instance: task,
  };
}

/** The problem of a task whose expression or mapping failed; the type is the standard's own. */
export function valueNotMade(task: string, detail: string): Problem {
  return {
    type: 'https://serverlessworkflow.io/spec/1.0.0/errors/expression',
    status: 400,
    title: 'A value could not be made',
    detail,
    instance: task,
  };
}

/** The problem of a flow that goes in circles. */
export function tooManySteps(task: string, stepsMax: number): Problem {
  return {
    type: problemTypeOf('step-limit'),
    status: 500,
    title: 'The flow goes in circles',
    detail: `More than ${stepsMax} steps were taken without waiting for anything`,
    instance: task,
  };
}

import type { FunctionDefinition } from '@sluice/contracts';
import type { Json, JsonObject } from './json.ts';

/** What an expression may see: input, output, context, workflow and caught problems. */
export type Variables = JsonObject;

/** A value of the document with its expressions, ready to be evaluated. */
export type Template = (variables: Variables) => Json;

/** Where the flow goes after a task: the next one, out of its list, to the end, or to a name. */
export type Directive = string;

/** A list of tasks that run one after the other. */
export interface TaskList {
  /** The task this list belongs to; undefined for the flow's own list. */
  readonly owner: Task | undefined;
  readonly role: 'do' | 'try' | 'catch';
  readonly tasks: Task[];
}

interface TaskBase {
  readonly name: string;
  /** Names from the flow's list down to this task, joined by dots. */
  readonly path: string;
  readonly list: TaskList;
  readonly condition: Template | undefined;
  readonly inputFrom: Template | undefined;
  readonly outputAs: Template | undefined;
  readonly exportAs: Template | undefined;
  readonly timeoutMs: number | undefined;
  readonly then: Directive;
}

/** Makes a value of the document the output. */
export interface SetTask extends TaskBase {
  readonly kind: 'set';
  readonly value: Template;
}

/** Goes where the first case that holds says; a case without a condition always holds. */
export interface SwitchTask extends TaskBase {
  readonly kind: 'switch';
  readonly cases: readonly SwitchCase[];
}

/** One way out of a switch. */
export interface SwitchCase {
  readonly name: string;
  readonly when: Template | undefined;
  readonly then: Directive;
}

/** Runs a list of tasks. */
export interface DoTask extends TaskBase {
  readonly kind: 'do';
  readonly body: TaskList;
}

/** Runs a list of tasks and handles the errors they raise. */
export interface TryTask extends TaskBase {
  readonly kind: 'try';
  readonly body: TaskList;
  readonly handler: Handler;
}

/** Which errors a try catches, and what it does then. */
export interface Handler {
  readonly type: string | undefined;
  readonly status: number | undefined;
  readonly when: Template | undefined;
  /** Variable that holds the problem while the handler runs. */
  readonly as: string;
  readonly body: TaskList | undefined;
}

/** Asks a gateway to perform a function and waits for the outcome. */
export interface CallTask extends TaskBase {
  readonly kind: 'call';
  /** `name:version` in the catalogue. */
  readonly functionName: string;
  readonly definition: FunctionDefinition;
  readonly arguments: Template;
}

/** Waits for one event. */
export interface ListenTask extends TaskBase {
  readonly kind: 'listen';
  readonly filters: readonly EventFilter[];
}

/** The events a listen takes. */
export interface EventFilter {
  readonly type: string;
  readonly correlations: readonly Correlation[];
}

/** Two values that must be equal: one from the event, one from the run. */
export interface Correlation {
  readonly name: string;
  readonly from: Template;
  readonly expect: Template;
}

export type Task = SetTask | SwitchTask | DoTask | TryTask | CallTask | ListenTask;

/** A flow document, compiled. It never changes: a new version is another flow. */
export interface Flow {
  readonly name: string;
  readonly version: string;
  readonly title: string;
  readonly summary: string;
  /** Type of the event that starts a run. */
  readonly triggerType: string;
  /** What the run is about, from the trigger's data; also the key of its commands. */
  readonly businessKey: Template;
  /** One run per flow and run key, whatever arrives twice. */
  readonly runKey: Template;
  /** The run faults when it has not ended after this long; undefined means no limit. */
  readonly timeoutMs: number | undefined;
  readonly outputAs: Template | undefined;
  readonly root: TaskList;
  readonly tasks: ReadonlyMap<string, Task>;
  /** Types of all events that some task listens for. */
  readonly listenTypes: ReadonlySet<string>;
}

import type { Json, JsonObject } from './json.ts';

/** How a run stands. `waiting` is the only phase that something can still happen in. */
export type RunPhase = 'waiting' | 'completed' | 'faulted';

/** What a run waits for. */
export type Wait = CallWait | ListenWait;

interface WaitBase {
  readonly task: string;
  /** How often the run has come to this task, this time included. @minimum 1 */
  readonly iteration: number;
  readonly sinceMicros: bigint;
  /** Hash of what the task was given. */
  readonly inputHash: string;
}

/** Waits for the outcome of a command. */
export interface CallWait extends WaitBase {
  readonly kind: 'call';
  readonly commandId: string;
}

/** Waits for an event of one of these types. */
export interface ListenWait extends WaitBase {
  readonly kind: 'listen';
  readonly types: readonly string[];
  /** The listen raises a timeout then; undefined when it waits for ever. */
  readonly dueMicros: bigint | undefined;
}

/** One run of a flow, as far as the interpreter knows it. A value: every step makes a new one. */
export interface Run {
  readonly runId: string;
  readonly flow: string;
  readonly version: string;
  readonly businessKey: string;
  readonly runKey: string;
  readonly phase: RunPhase;
  /** One word for how it ended; null while it has not. */
  readonly outcome: string | null;
  /** Why it faulted; null when it did not. */
  readonly fault: Json;
  /** Data of the event that started it. */
  readonly input: Json;
  readonly context: JsonObject;
  readonly output: Json;
  /** Problems caught and still being handled, by the name the flow gave them. */
  readonly caught: JsonObject;
  /** What the task that is waited in was given. */
  readonly taskInput: Json;
  /** How often each task was entered, by path. */
  readonly iterations: Readonly<Record<string, number>>;
  /** Steps journalled so far. */
  readonly stepCount: number;
  readonly wait: Wait | null;
  readonly startedMicros: bigint;
  /** The run faults then; undefined when it may take for ever. */
  readonly deadlineMicros: bigint | undefined;
  readonly endedMicros: bigint | undefined;
}

/** One finished step. Append-only: an entry never changes. */
export interface JournalEntry {
  /** Place in the run's journal, from 1. */
  readonly sequence: number;
  readonly task: string;
  readonly iteration: number;
  readonly kind: string;
  readonly status: 'completed' | 'skipped' | 'faulted';
  readonly inputHash: string;
  /** What came out; the problem when it faulted. */
  readonly output: Json;
  /** Attempts the other side needed. @minimum 1 */
  readonly attempts: number;
  readonly startedMicros: bigint;
  readonly endedMicros: bigint;
}

/** A function to be performed, once per effect key. */
export interface Command {
  readonly commandId: string;
  /** `run/task/iteration`. */
  readonly effectKey: string;
  readonly functionName: string;
  /** Topic of the gateway that performs it. */
  readonly topic: string;
  readonly arguments: JsonObject;
  readonly task: string;
}

/** Something that the outside is told about a run. */
export interface Lifecycle {
  readonly name: string;
  readonly task: string | null;
  readonly detail: string;
}

/** What one input made of a run. */
export interface Advance {
  readonly run: Run;
  readonly journal: readonly JournalEntry[];
  readonly commands: readonly Command[];
  readonly lifecycle: readonly Lifecycle[];
}

/** Something that happened to a waiting run. */
export type Signal = OutcomeSignal | EventSignal | TimeoutSignal;

/** A command came back. */
export interface OutcomeSignal {
  readonly kind: 'outcome';
  readonly commandId: string;
  readonly attempts: number;
  readonly result:
    | { readonly status: 'SUCCEEDED'; readonly output: Json }
    | { readonly status: 'REJECTED'; readonly type: string | null; readonly detail: string };
}

/** An event of the run's business key. */
export interface EventSignal {
  readonly kind: 'event';
  readonly type: string;
  readonly data: Json;
}

/** The time is over: of the task that waits, or of the run when the task is empty. */
export interface TimeoutSignal {
  readonly kind: 'timeout';
  readonly task: string;
}

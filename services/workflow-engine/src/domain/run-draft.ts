import { createHash } from 'node:crypto';
import type { Flow, Task, Variables } from './flow.ts';
import { canonicalText, type Json, type JsonObject } from './json.ts';
import type { Advance, Command, JournalEntry, Lifecycle, Run } from './run.ts';

/** What a finished step leaves in the journal besides its place. */
export interface StepResult {
  readonly status: JournalEntry['status'];
  readonly output: Json;
  readonly inputHash: string;
  readonly iteration: number;
  readonly startedMicros: bigint;
  readonly attempts?: number;
}

/** A moment of a draft that it can be taken back to. */
export interface Mark {
  readonly run: Run;
  readonly journalled: number;
  readonly commanded: number;
  readonly told: number;
}

/** Hash of a value; equal values have equal hashes whatever the order of their names. */
export function hashOf(value: Json): string {
  return createHash('sha256').update(canonicalText(value)).digest('hex');
}

/** A run while it advances, with everything it leaves behind on the way. */
export class RunDraft {
  run: Run;
  readonly flow: Flow;
  readonly atMicros: bigint;
  readonly #journal: JournalEntry[] = [];
  readonly #commands: Command[] = [];
  readonly #lifecycle: Lifecycle[] = [];

  constructor(flow: Flow, run: Run, atMicros: bigint) {
    this.flow = flow;
    this.run = run;
    this.atMicros = atMicros;
  }

  change(change: Partial<Run>): void {
    this.run = { ...this.run, ...change };
  }

  /** Counts that the run has come to the task once more. */
  enter(task: Task): number {
    const iteration = (this.run.iterations[task.path] ?? 0) + 1;
    this.change({ iterations: { ...this.run.iterations, [task.path]: iteration } });
    return iteration;
  }

  /** What the expressions of a task see. */
  variables(more: JsonObject): Variables {
    const { runId, flow, version, businessKey, input, context, caught } = this.run;
    const workflow = { id: runId, name: flow, version, businessKey, input };
    return { ...caught, context, workflow, ...more };
  }

  record(task: Task, result: StepResult): void {
    const sequence = this.run.stepCount + 1;
    this.change({ stepCount: sequence });
    this.#journal.push({
      attempts: 1,
      ...result,
      sequence,
      task: task.path,
      kind: task.kind,
      endedMicros: this.atMicros,
    });
  }

  command(command: Command): void {
    this.#commands.push(command);
  }

  tell(name: string, task: string | null, detail: string): void {
    this.#lifecycle.push({ name, task, detail });
  }

  mark(): Mark {
    return {
      run: this.run,
      journalled: this.#journal.length,
      commanded: this.#commands.length,
      told: this.#lifecycle.length,
    };
  }

  /** Forgets everything since the mark. */
  rewind(mark: Mark): void {
    this.run = mark.run;
    this.#journal.length = mark.journalled;
    this.#commands.length = mark.commanded;
    this.#lifecycle.length = mark.told;
  }

  finish(): Advance {
    return {
      run: this.run,
      journal: this.#journal,
      commands: this.#commands,
      lifecycle: this.#lifecycle,
    };
  }
}

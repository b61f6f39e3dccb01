import { isoToMicros, microsToIso } from '@sluice/messaging';
import type { Json, JsonObject } from '../domain/json.ts';
import type { Run, Wait } from '../domain/run.ts';
import type { RunRecord } from '../domain/workset.ts';

/** A row of flow_run joined with its row of flow_wait; instants are ISO 8601. */
export interface RunRow {
  readonly run_id: string;
  readonly flow: string;
  readonly version: string;
  readonly document_hash: string;
  readonly run_key: string;
  readonly business_key: string;
  readonly phase: Run['phase'];
  readonly outcome: string | null;
  readonly state: RunStateJson;
  readonly step_count: number;
  readonly epoch: number;
  readonly trigger_event_id: string;
  readonly traceparent: string | null;
  readonly started_at: string;
  readonly deadline_at: string | null;
  readonly ended_at: string | null;
  readonly wait: WaitRow | null;
}

/** A row of flow_wait. */
export interface WaitRow {
  readonly run_id: string;
  readonly kind: Wait['kind'];
  readonly task: string;
  readonly iteration: number;
  readonly input_hash: string;
  readonly command_id: string | null;
  readonly event_types: readonly string[] | null;
  readonly since: string;
  readonly due_at: string | null;
}

/** What of a run is kept as one JSON value. */
interface RunStateJson extends JsonObject {
  readonly input: Json;
  readonly context: JsonObject;
  readonly caught: JsonObject;
  readonly taskInput: Json;
  readonly iterations: Readonly<Record<string, number>>;
  readonly output: Json;
  readonly fault: Json;
}

/** The row of a run, without its wait. */
export function rowOfRun(record: RunRecord): Omit<RunRow, 'wait'> {
  const { run } = record;
  const { input, context, caught, taskInput, iterations, output, fault } = run;
  return {
    run_id: run.runId,
    flow: run.flow,
    version: run.version,
    document_hash: record.documentHash,
    run_key: run.runKey,
    business_key: run.businessKey,
    phase: run.phase,
    outcome: run.outcome,
    state: { input, context, caught, taskInput, iterations, output, fault },
    step_count: run.stepCount,
    epoch: record.epoch,
    trigger_event_id: record.triggerEventId,
    traceparent: record.traceparent,
    started_at: microsToIso(run.startedMicros),
    deadline_at: isoOf(run.deadlineMicros),
    ended_at: isoOf(run.endedMicros),
  };
}

/** The row of what a run waits for. */
export function rowOfWait(runId: string, wait: Wait): WaitRow {
  return {
    run_id: runId,
    kind: wait.kind,
    task: wait.task,
    iteration: wait.iteration,
    input_hash: wait.inputHash,
    command_id: wait.kind === 'call' ? wait.commandId : null,
    event_types: wait.kind === 'listen' ? wait.types : null,
    since: microsToIso(wait.sinceMicros),
    due_at: wait.kind === 'listen' ? isoOf(wait.dueMicros) : null,
  };
}

/** The run of a row. */
export function recordOf(row: RunRow): RunRecord {
  const run: Run = {
    ...row.state,
    runId: row.run_id,
    flow: row.flow,
    version: row.version,
    businessKey: row.business_key,
    runKey: row.run_key,
    phase: row.phase,
    outcome: row.outcome,
    stepCount: row.step_count,
    wait: row.wait === null ? null : waitOf(row.wait),
    startedMicros: isoToMicros(row.started_at),
    deadlineMicros: microsOf(row.deadline_at),
    endedMicros: microsOf(row.ended_at),
  };
  return {
    run,
    epoch: row.epoch,
    documentHash: row.document_hash,
    triggerEventId: row.trigger_event_id,
    traceparent: row.traceparent,
  };
}

function waitOf(row: WaitRow): Wait {
  const { task, iteration, input_hash: inputHash } = row;
  const base = { task, iteration, inputHash, sinceMicros: isoToMicros(row.since) };
  if (row.kind === 'call') return { ...base, kind: 'call', commandId: row.command_id ?? '' };
  const dueMicros = microsOf(row.due_at);
  return { ...base, kind: 'listen', types: row.event_types ?? [], dueMicros };
}

function isoOf(micros: bigint | undefined): string | null {
  return micros === undefined ? null : microsToIso(micros);
}

function microsOf(iso: string | null): bigint | undefined {
  return iso === null ? undefined : isoToMicros(iso);
}

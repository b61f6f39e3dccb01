import { PermanentFailure } from '@sluice/failure';
import { resumeRun, startRun } from './advance.ts';
import type { FlowSet, KnownFlow } from './flow-set.ts';
import type { Json } from './json.ts';
import type {
  Advance,
  Command,
  JournalEntry,
  Lifecycle,
  OutcomeSignal,
  Run,
  Signal,
} from './run.ts';

/** An event that waits until a run of its business key listens for it. */
export interface PendingEvent {
  readonly eventId: string;
  readonly businessKey: string;
  readonly type: string;
  readonly data: Json;
  readonly timeMicros: bigint;
  readonly traceparent: string | null;
}

/** A run with what is stored beside it. */
export interface RunRecord {
  readonly run: Run;
  /** Grows with every change; a change on an old epoch is refused. Starts with 1. */
  readonly epoch: number;
  readonly documentHash: string;
  readonly triggerEventId: string;
  readonly traceparent: string | null;
}

/** What made a run go on. */
export interface Cause {
  /** Id of the event; null when it was the clock. */
  readonly eventId: string | null;
  /** Trace in which what follows is told; null for the trace that is active anyway. */
  readonly traceparent: string | null;
  readonly atMicros: bigint;
}

/** Something to be published about a run. */
export interface Emission {
  readonly run: Run;
  readonly cause: Cause;
  /** Distinguishes what is told about one run; grows with the run. */
  readonly sequence: string;
  readonly told: { readonly command: Command } | { readonly lifecycle: Lifecycle };
}

/** Everything a batch of events made of the runs, to be stored in one transaction. */
export interface Changes {
  readonly started: readonly RunRecord[];
  /** Runs that existed before, with their new epoch. */
  readonly changed: readonly RunRecord[];
  readonly journal: readonly { readonly runId: string; readonly entry: JournalEntry }[];
  readonly emissions: readonly Emission[];
  readonly kept: readonly PendingEvent[];
  /** Ids of stored pending events that were used or are not needed any more. */
  readonly released: readonly string[];
  /** Events nobody can use any more: their run has ended. */
  readonly late: readonly PendingEvent[];
}

/**
 * The runs of some business keys in memory while events are applied to them.
 *
 * The caller holds the lock of every business key. The order of events of different topics does
 * not matter: an event that comes before its run waits as pending, once; a repeated one changes
 * nothing.
 */
export class Workset {
  readonly #flows: FlowSet;
  readonly #newRunId: () => string;
  readonly #runs = new Map<string, RunRecord>();
  readonly #stored = new Set<string>();
  readonly #storedPending = new Set<string>();
  readonly #touched = new Set<string>();
  readonly #pending = new Map<string, PendingEvent>();
  readonly #released = new Set<string>();
  readonly #journal: { runId: string; entry: JournalEntry }[] = [];
  readonly #emissions: Emission[] = [];
  readonly #late: PendingEvent[] = [];

  constructor(
    flows: FlowSet,
    loaded: { readonly runs: readonly RunRecord[]; readonly pending: readonly PendingEvent[] },
    newRunId: () => string,
  ) {
    this.#flows = flows;
    this.#newRunId = newRunId;
    for (const record of loaded.runs) {
      this.#runs.set(record.run.runId, record);
      this.#stored.add(record.run.runId);
    }
    for (const event of loaded.pending) {
      this.#pending.set(event.eventId, event);
      this.#storedPending.add(event.eventId);
    }
  }

  /** Applies the outcome of a command. @throws PermanentFailure RUN_UNKNOWN. */
  takeOutcome(runId: string, signal: OutcomeSignal, cause: Cause): void {
    const record = this.#runs.get(runId);
    if (record === undefined) {
      throw new PermanentFailure('RUN_UNKNOWN', `An outcome names run ${runId}, which is not here`);
    }
    this.#resume(record, signal, cause);
  }

  /** Applies that the time of a task, or of the run when the task is empty, is over. */
  takeTimeout(runId: string, task: string, cause: Cause): void {
    const record = this.#runs.get(runId);
    if (record !== undefined) this.#resume(record, { kind: 'timeout', task }, cause);
  }

  /** Applies a canonical event: starts the flows it triggers and feeds the runs that listen. */
  takeEvent(event: PendingEvent, cause: Cause): void {
    for (const known of this.#flows.startedBy(event.type)) this.#start(known, event, cause);
    if (this.#flows.listeningFor(event.type).size === 0) return;
    const { type, data } = event;
    const signal: Signal = { kind: 'event', type, data };
    const taken = this.#listenersOf(event).filter((record) => this.#resume(record, signal, cause));
    if (taken.length > 0) return;
    if (this.#isOver(event)) this.#late.push(event);
    else this.#pending.set(event.eventId, event);
  }

  /** The trace in which a run was started; null when it was started in none or is not here. */
  traceparentOf(runId: string): string | null {
    return this.#runs.get(runId)?.traceparent ?? null;
  }

  /** What is to be stored. */
  changes(): Changes {
    const touched = [...this.#touched].flatMap((runId) => this.#runs.get(runId) ?? []);
    return {
      started: touched.filter(({ run }) => !this.#stored.has(run.runId)),
      changed: touched.filter(({ run }) => this.#stored.has(run.runId)),
      journal: this.#journal,
      emissions: this.#emissions,
      kept: [...this.#pending.values()].filter(({ eventId }) => !this.#storedPending.has(eventId)),
      released: [...this.#released].filter((eventId) => this.#storedPending.has(eventId)),
      late: this.#late,
    };
  }

  #start({ flow, hash }: KnownFlow, event: PendingEvent, cause: Cause): void {
    const businessKey = keyFrom(flow.businessKey({ input: event.data }), flow.name);
    const runKey = keyFrom(flow.runKey({ input: event.data }), flow.name);
    const isRunning = [...this.#runs.values()].some(
      ({ run }) => run.flow === flow.name && run.runKey === runKey,
    );
    if (isRunning) return;
    const runId = this.#newRunId();
    const { atMicros } = cause;
    const advance = startRun(flow, { runId, businessKey, runKey, input: event.data, atMicros });
    const record: RunRecord = {
      run: advance.run,
      epoch: 0,
      documentHash: hash,
      triggerEventId: event.eventId,
      traceparent: event.traceparent,
    };
    this.#apply(record, advance, cause);
    this.#feedPending(runId, atMicros);
  }

  #resume(record: RunRecord, signal: Signal, cause: Cause): boolean {
    const { run } = record;
    if (run.phase !== 'waiting') return false;
    const flow = this.#flows.find(run.flow, run.version);
    if (flow === undefined) {
      throw new PermanentFailure('FLOW_UNKNOWN', `Flow ${run.flow} ${run.version} is not here`);
    }
    const advance = resumeRun(flow, run, { signal, atMicros: cause.atMicros });
    if (advance === undefined) return false;
    this.#apply(record, advance, cause);
    this.#feedPending(run.runId, cause.atMicros);
    return true;
  }

  #apply(before: RunRecord, advance: Advance, cause: Cause): void {
    const { run } = advance;
    const { runId } = run;
    // However often a batch advances a run, its row changes once.
    const epoch = this.#touched.has(runId) ? before.epoch : before.epoch + 1;
    this.#touched.add(runId);
    this.#runs.set(runId, { ...before, run, epoch });
    for (const entry of advance.journal) this.#journal.push({ runId, entry });
    for (const lifecycle of advance.lifecycle) this.#emit(run, cause, { lifecycle });
    for (const command of advance.commands) this.#emit(run, cause, { command });
    if (run.phase !== 'waiting') this.#releaseUseless(run.businessKey);
  }

  #emit(run: Run, cause: Cause, told: Emission['told']): void {
    const place = this.#emissions.filter((emission) => emission.run.runId === run.runId).length;
    const epoch = this.#runs.get(run.runId)?.epoch ?? 0;
    this.#emissions.push({ run, cause, sequence: `${epoch}.${place}`, told });
  }

  /** Gives a run that listens the oldest event it takes among those that came before it did. */
  #feedPending(runId: string, atMicros: bigint): void {
    const record = this.#runs.get(runId);
    if (record?.run.wait?.kind !== 'listen') return;
    for (const event of this.#pendingOf(record.run.businessKey)) {
      const { type, data, eventId, traceparent } = event;
      this.#pending.delete(eventId);
      this.#released.add(eventId);
      const cause = { eventId, traceparent, atMicros };
      if (this.#resume(record, { kind: 'event', type, data }, cause)) return;
      this.#pending.set(eventId, event);
      this.#released.delete(eventId);
    }
  }

  /** Lets go of pending events for which every run that could listen has ended. */
  #releaseUseless(businessKey: string): void {
    for (const event of this.#pendingOf(businessKey)) {
      if (!this.#isOver(event)) continue;
      this.#pending.delete(event.eventId);
      this.#released.add(event.eventId);
      this.#late.push(event);
    }
  }

  #pendingOf(businessKey: string): readonly PendingEvent[] {
    return [...this.#pending.values()]
      .filter((event) => event.businessKey === businessKey)
      .toSorted((a, b) => Number(a.timeMicros - b.timeMicros));
  }

  #listenersOf(event: PendingEvent): readonly RunRecord[] {
    const listening = this.#flows.listeningFor(event.type);
    return [...this.#runs.values()].filter(
      ({ run }) => run.businessKey === event.businessKey && listening.has(run.flow),
    );
  }

  #isOver(event: PendingEvent): boolean {
    const runs = this.#listenersOf(event);
    return runs.length > 0 && runs.every(({ run }) => run.phase !== 'waiting');
  }
}

function keyFrom(value: Json, flow: string): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new PermanentFailure('FLOW_KEY_MISSING', `Flow ${flow} finds no key in the event`);
}

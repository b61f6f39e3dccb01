import { join } from 'node:path';
import type { EventMap, EventType } from '@sluice/contracts';
import { eventToJson } from '../../domain/event-json.ts';
import { FlowSet } from '../../domain/flow-set.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import type { Command, OutcomeSignal } from '../../domain/run.ts';
import { Workset, type Changes, type PendingEvent, type RunRecord } from '../../domain/workset.ts';
import { shapeOfEvent } from '../event-types.ts';
import { loadFlows, loadLibrary } from '../flow-catalogue.ts';

const serviceDir = join(import.meta.dirname, '../../..');
const hourMicros = 3_600_000_000n;

/** The flows of the service's own folder. */
export function serviceFlows(): FlowSet {
  const library = loadLibrary({ mappingsDir: join(serviceDir, 'mappings'), timeZone: 'UTC' });
  return new FlowSet(loadFlows(join(serviceDir, 'flows'), library));
}

/** A command with the run that asked for it. */
export type Asked = Command & { readonly runId: string };

/** What the gateways answer when nothing goes wrong. */
const answers: Readonly<Record<string, Json>> = {
  'zoho.books.upsertContact:1.0.0': { contactId: '46001' },
  'zoho.crm.upsertContact:1.0.0': { contactId: '46002', accountId: null },
  'zoho.inventory.upsertItems:1.0.0': { itemIds: { TEA: '46003' } },
  'zoho.inventory.createSalesOrder:1.0.0': { salesOrderId: '46004', salesOrderNumber: 'SO-1' },
  'zoho.books.createInvoice:1.0.0': {
    invoiceId: '46005',
    invoiceNumber: 'INV-1',
    contactId: '46001',
    total: '12.50',
    balance: '12.50',
    currency: 'EUR',
  },
  'zoho.books.findInvoice:1.0.0': {
    invoiceId: '46005',
    invoiceNumber: 'INV-1',
    contactId: '46001',
  },
  'zoho.books.createCreditNote:1.0.0': { creditNoteId: '46006', creditNoteNumber: 'CN-1' },
  'cybersource.refundPayment:1.0.0': { transactionId: '7059', isFullyRefunded: true },
};

/** The engine in memory: what the service stores, it keeps in maps; a crash drops the changes. */
export class MemoryEngine {
  readonly runs = new Map<string, RunRecord>();
  readonly pending = new Map<string, PendingEvent>();
  readonly asked: Asked[] = [];
  readonly told: string[] = [];
  readonly late: PendingEvent[] = [];
  readonly #flows: FlowSet;
  #atMicros = 1_768_478_400_000_000n;
  #runCount = 0;
  #eventCount = 0;

  constructor(flows: FlowSet) {
    this.#flows = flows;
  }

  /** Delivers an event; the same event id again is a redelivery that the inbox did not catch. */
  event<T extends EventType>(type: T, data: EventMap[T], eventId = this.#nextEventId()): void {
    this.#commit(this.#onEvent(type, data, eventId));
  }

  /** As {@link event}, but the process dies before the commit. */
  crashOnEvent<T extends EventType>(type: T, data: EventMap[T], eventId: string): void {
    this.#onEvent(type, data, eventId);
  }

  /** Delivers the outcome of a command: success with the usual answer unless told otherwise. */
  outcome(command: Asked, output: Json = answers[command.functionName] ?? {}): void {
    this.#commit(this.#onOutcome(command, { status: 'SUCCEEDED', output }));
  }

  /** As {@link outcome}, but the process dies before the commit. */
  crashOnOutcome(command: Asked): void {
    this.#onOutcome(command, { status: 'SUCCEEDED', output: answers[command.functionName] ?? {} });
  }

  /** Delivers the refusal of a command. */
  refuse(command: Asked, name: string, detail = 'It cannot be.'): void {
    const type = `urn:sluice:error:${name}`;
    this.#commit(this.#onOutcome(command, { status: 'REJECTED', type, detail }));
  }

  /** Answers every command that is open until none is left. */
  answerAll(): void {
    for (let command = this.open(); command !== undefined; command = this.open()) {
      this.outcome(command);
    }
  }

  /** The first command some run still waits for. */
  open(): Asked | undefined {
    return this.asked.find((command) =>
      [...this.runs.values()].some(
        ({ run }) => run.wait?.kind === 'call' && run.wait.commandId === command.commandId,
      ),
    );
  }

  /** Moves the clock, and serves the timers that are due then. */
  pass(hours: number): void {
    this.#atMicros += BigInt(hours) * hourMicros;
    for (const { run } of this.runs.values()) {
      const workset = this.#workset();
      const cause = { eventId: null, traceparent: null, atMicros: this.#atMicros };
      workset.takeTimeout(run.runId, run.wait?.task ?? '', cause);
      this.#commit(workset.changes());
    }
  }

  /** Outcomes of the runs of a flow, in the order they started. */
  outcomesOf(flow: string): readonly (string | null)[] {
    return [...this.runs.values()]
      .filter(({ run }) => run.flow === flow)
      .map(({ run }) => run.outcome);
  }

  /** Names of the functions asked for so far. */
  functions(): readonly string[] {
    return this.asked.map(({ functionName }) => functionName.replace(':1.0.0', ''));
  }

  /** Arguments of the last call of a function. */
  argumentsOf(name: string): JsonObject | undefined {
    return this.asked.findLast(({ functionName }) => functionName === `${name}:1.0.0`)?.arguments;
  }

  #onEvent<T extends EventType>(type: T, data: EventMap[T], eventId: string): Changes {
    const json = eventToJson(shapeOfEvent(type), data) as JsonObject;
    const { orderId } = json;
    const event: PendingEvent = {
      eventId,
      businessKey: typeof orderId === 'string' ? orderId : '',
      type,
      data: json,
      timeMicros: this.#atMicros,
      traceparent: null,
    };
    const workset = this.#workset();
    workset.takeEvent(event, { eventId, traceparent: null, atMicros: this.#atMicros });
    return workset.changes();
  }

  #onOutcome(command: Asked, result: OutcomeSignal['result']): Changes {
    const workset = this.#workset();
    const { commandId, runId } = command;
    const cause = { eventId: `of-${commandId}`, traceparent: null, atMicros: this.#atMicros };
    workset.takeOutcome(runId, { kind: 'outcome', commandId, attempts: 1, result }, cause);
    return workset.changes();
  }

  #workset(): Workset {
    const loaded = { runs: [...this.runs.values()], pending: [...this.pending.values()] };
    return new Workset(this.#flows, loaded, () => `run-${(this.#runCount += 1)}`);
  }

  #commit(changes: Changes): void {
    for (const record of [...changes.started, ...changes.changed]) {
      const before = this.runs.get(record.run.runId)?.epoch ?? 0;
      if (record.epoch !== before + 1) throw new Error('The epoch does not follow');
      this.runs.set(record.run.runId, record);
    }
    for (const event of changes.kept) this.pending.set(event.eventId, event);
    for (const eventId of changes.released) this.pending.delete(eventId);
    this.late.push(...changes.late);
    for (const { run, told } of changes.emissions) {
      if ('command' in told) this.asked.push({ ...told.command, runId: run.runId });
      else this.told.push(`${run.flow} ${told.lifecycle.name}`);
    }
  }

  #nextEventId(): string {
    this.#eventCount += 1;
    return `event-${this.#eventCount}`;
  }
}

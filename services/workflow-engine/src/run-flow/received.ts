import type { EventMap } from '@sluice/contracts';
import type { Delivery } from '@sluice/messaging';
import type { Cause, PendingEvent } from '../domain/workset.ts';
import { eventToJson } from '../domain/event-json.ts';
import type { FlowSet } from '../domain/flow-set.ts';
import { isJsonObject, type Json } from '../domain/json.ts';
import type { OutcomeSignal } from '../domain/run.ts';
import { shapeOfEvent } from '../documents/event-types.ts';
import { errors } from '../errors.ts';

/** The outcome of a command, whichever gateway performed it. */
export type CommandCompleted = EventMap[
  | 'sluice.zoho.v1.CommandCompleted'
  | 'sluice.commerce.v1.CommandCompleted'
  | 'sluice.cybersource.v1.CommandCompleted'];

/** A delivery, translated for the runs. */
export type Received = ReceivedOutcome | ReceivedEvent;

interface ReceivedBase {
  readonly cause: Cause;
  /** The runs of these business keys may change. */
  readonly businessKeys: readonly string[];
}

/** A command came back. */
export interface ReceivedOutcome extends ReceivedBase {
  readonly kind: 'outcome';
  readonly runId: string;
  readonly signal: OutcomeSignal;
}

/** Something happened. */
export interface ReceivedEvent extends ReceivedBase {
  readonly kind: 'event';
  readonly event: PendingEvent;
}

/** Translates a delivery. `isTraced` says that its trace is the active one anyway. */
export function translate(
  { event }: Delivery,
  flows: FlowSet,
  at: { readonly atMicros: bigint; readonly isTraced: boolean },
): Received {
  const traceparent = event.traceparent ?? null;
  const cause: Cause = {
    eventId: event.id,
    traceparent: at.isTraced ? null : traceparent,
    atMicros: at.atMicros,
  };
  if (isOutcome(event.data)) return outcomeOf(event.data, cause);
  const data = eventToJson(shapeOfEvent(event.type), event.data);
  const businessKey = businessKeyOf(data, event.key);
  const { id: eventId, type, time: timeMicros } = event;
  const started = flows.startedBy(type).map(({ flow }) => flow.businessKey({ input: data }));
  const texts = started.filter((key) => typeof key === 'string');
  return {
    kind: 'event',
    cause,
    businessKeys: [businessKey, ...texts],
    event: { eventId, businessKey, type, data, timeMicros, traceparent },
  };
}

function isOutcome(data: Delivery['event']['data']): data is CommandCompleted {
  return 'commandId' in data && 'status' in data;
}

function outcomeOf(data: CommandCompleted, cause: Cause): ReceivedOutcome {
  const { runId, commandId, businessKey } = data;
  const attempts = Math.max(Number(data.attempts), 1);
  const result: OutcomeSignal['result'] =
    data.status === 'SUCCEEDED'
      ? { status: 'SUCCEEDED', output: parseOutput(data.output) }
      : { status: 'REJECTED', type: data.errorType, detail: data.errorDetail };
  return {
    kind: 'outcome',
    cause,
    businessKeys: [businessKey],
    runId,
    signal: { kind: 'outcome', commandId, attempts, result },
  };
}

function parseOutput(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    throw errors.failure('OUTCOME_UNREADABLE', { cause: error });
  }
}

/**
 * What an event is about: its order. All canonical events that concern an order carry its id; any
 * other event is about its own key.
 */
function businessKeyOf(data: Json, key: string): string {
  const orderId = isJsonObject(data) ? data['orderId'] : undefined;
  return typeof orderId === 'string' && orderId !== '' ? orderId : key;
}

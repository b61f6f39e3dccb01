import type { EventCodec } from '@sluice/contracts';
import { DependencyDown } from '@sluice/failure';
import type { ConsumerMetrics } from './consumer-metrics.ts';
import { fromKnownWire, fromWire } from './envelope.ts';
import type { EventRecord, ReceivedMessage } from './event-record.ts';
import type { FailureHandling } from './failure-handling.ts';
import type { OutageGate } from './outage-gate.ts';
import type { Match, Route, RoutingTable } from './route.ts';
import { orderingKey } from './work-item.ts';
import type { AdmittedMessage, WorkItem } from './work-item.ts';

type Decidable = Exclude<Match, 'passed-over'>;
type Decoded = { readonly event: EventRecord } | { readonly error: unknown };

/**
 * Takes fetched messages in: routes each, decodes it, and hands it to the scheduler.
 *
 * What nobody wants is done at once, what cannot be read is done when its dead letter is acknowledged. One message of
 * a partition is taken in after the other, because the order of the scheduler's lanes is the order of arrival.
 */
export class Intake {
  readonly #options: {
    readonly routing: RoutingTable;
    readonly codec: EventCodec;
    readonly gate: OutageGate;
    readonly failures: FailureHandling;
    readonly metrics: ConsumerMetrics;
    readonly enqueue: (item: WorkItem) => void;
    readonly done: (admitted: AdmittedMessage) => void;
  };

  constructor(options: {
    routing: RoutingTable;
    codec: EventCodec;
    gate: OutageGate;
    failures: FailureHandling;
    metrics: ConsumerMetrics;
    enqueue: (item: WorkItem) => void;
    done: (admitted: AdmittedMessage) => void;
  }) {
    this.#options = options;
  }

  /** Stops in the middle when the group has changed: those messages come again. */
  async admitAll(messages: readonly AdmittedMessage[]): Promise<void> {
    for (const admitted of messages) {
      if (!admitted.partition.isCurrent) return;
      const admitting = this.#admit(admitted);
      if (admitting !== undefined) await admitting;
    }
  }

  /** At once for almost all messages; a promise for what must be fetched or written first. */
  #admit(admitted: AdmittedMessage): Promise<void> | undefined {
    const { routing, codec, metrics, done } = this.#options;
    const { message } = admitted;
    const match = routing.match(message);
    if (match === 'passed-over') {
      metrics.passedOver(message.topic);
      done(admitted);
      return undefined;
    }
    if (match !== 'undecided' && match.plan.raw) {
      this.#enqueue(admitted, match, undefined);
      return undefined;
    }
    const decoded = decodeKnown(message, codec);
    return decoded === undefined
      ? this.#admitFetched(admitted, match)
      : this.#admitDecoded(admitted, match, decoded);
  }

  async #admitFetched(admitted: AdmittedMessage, match: Decidable): Promise<void> {
    const decoded = await this.#decode(admitted);
    if (decoded === undefined || !admitted.partition.isCurrent) return;
    await this.#admitDecoded(admitted, match, decoded);
  }

  #admitDecoded(
    admitted: AdmittedMessage,
    match: Decidable,
    decoded: Decoded,
  ): Promise<void> | undefined {
    if ('error' in decoded) return this.#giveUp(admitted, decoded.error);
    if (match === 'undecided') {
      return this.#giveUp(admitted, new Error('Undecided message was read.'));
    }
    this.#enqueue(admitted, match, decoded.event);
    return undefined;
  }

  async #giveUp(admitted: AdmittedMessage, error: unknown): Promise<void> {
    const { gate, failures, done } = this.#options;
    const given = { message: admitted.message, attempts: 1, error };
    const written = await gate.insist(
      () => admitted.partition.isCurrent,
      () => failures.deadLetter(given),
    );
    if (written !== undefined) done(admitted);
  }

  async #decode({ message, partition }: AdmittedMessage): Promise<Decoded | undefined> {
    const { gate, codec } = this.#options;
    const outcome = await gate.insist(
      () => partition.isCurrent,
      () => decodeOrError(message, codec),
    );
    return outcome?.value;
  }

  #enqueue(admitted: AdmittedMessage, route: Route, event: EventRecord | undefined): void {
    const { message, receivedAtMs } = admitted;
    const laneKey = orderingKey(message);
    const limits = route.plan;
    const begun = { isAlone: false, attempts: 0 };
    const item = { laneKey, limits, route, message, event, admitted, receivedAtMs, ...begun };
    this.#options.enqueue(item);
  }
}

/** Undefined when the schema must be fetched. */
function decodeKnown(message: ReceivedMessage, codec: EventCodec): Decoded | undefined {
  try {
    const event = fromKnownWire(message, codec);
    return event === undefined ? undefined : { event };
  } catch (error) {
    return { error };
  }
}

/** A registry that does not answer is thrown, every other error belongs to the message. */
async function decodeOrError(message: ReceivedMessage, codec: EventCodec): Promise<Decoded> {
  try {
    return { event: await fromWire(message, codec) };
  } catch (error) {
    if (error instanceof DependencyDown) throw error;
    return { error };
  }
}

import { Logger } from '@nestjs/common';
import type { Clock } from '@sluice/clock';
import { classify } from '@sluice/failure';
import type { ConsumerMetrics } from './consumer-metrics.ts';
import { toDeadLetter, withoutValue } from './dead-letter.ts';
import type { ReceivedMessage, WireMessage } from './event-record.ts';
import { causeOf } from './failure-policy.ts';
import type { ParkingStore } from './parking-store.ts';
import type { Publisher } from './publisher.ts';
import { orderingKey } from './work-item.ts';

/** A message that is given up, and why. */
export interface GivenUp {
  readonly message: ReceivedMessage;
  readonly attempts: number;
  readonly error: unknown;
}

/** The three ends of a message that failed past its attempts. Each may be repeated. */
export class FailureHandling {
  readonly #options: {
    readonly group: string;
    readonly publisher: Publisher;
    readonly parking: ParkingStore | undefined;
    readonly clock: Clock;
    readonly metrics: ConsumerMetrics;
  };
  readonly #log: Logger;

  constructor(options: {
    group: string;
    publisher: Publisher;
    parking: ParkingStore | undefined;
    clock: Clock;
    metrics: ConsumerMetrics;
  }) {
    this.#options = options;
    this.#log = new Logger(`Consumer ${options.group}`);
  }

  /** Writes the message to the dead letter topic; resolves after the acknowledgement. */
  async deadLetter({ message, attempts, error }: GivenUp): Promise<void> {
    const { group, metrics } = this.#options;
    const cause = causeOf(error);
    const errorName = error instanceof Error ? error.name : typeof error;
    await this.#publish(toDeadLetter(message, { group, cause, errorName, attempts }));
    metrics.deadLettered(message.topic, cause.code);
    this.#log.error({
      message: `Dead letter ${cause.code}: ${cause.message}`,
      alert: cause.failureClass === 'poison',
      ...placeOf(message),
    });
  }

  /** Parks the key: it is tried again after the delay. */
  async park({ message, attempts, error }: GivenUp, delayMs: number): Promise<void> {
    const { group, clock, metrics } = this.#options;
    const cause = causeOf(error);
    const key = orderingKey(message);
    const nextAtMs = clock.now().getTime() + delayMs;
    const request = { consumer: group, key, message, attempts, nextAtMs, cause };
    await this.#parkingStore().park({ ...request, state: 'retrying' });
    metrics.parked(message.topic);
    this.#log.warn({ message: `Parked key after ${cause.code}`, attempts, ...placeOf(message) });
  }

  /** Parks the key until an operator decides, and copies its head to the dead letter topic. */
  async quarantine(given: GivenUp, isRaw: boolean): Promise<void> {
    const { message, attempts, error } = given;
    const { group, clock, metrics } = this.#options;
    const cause = causeOf(error);
    const key = orderingKey(message);
    const nextAtMs = clock.now().getTime();
    const request = { consumer: group, key, message, attempts, nextAtMs, cause };
    // First what a repetition does not change: while it fails, no dead letter is written over and over.
    await this.#parkingStore().park({ ...request, state: 'quarantined' });
    if (!isRaw) await this.deadLetter(given);
    metrics.quarantined(message.topic);
    this.alertQuarantined(message, error);
  }

  alertQuarantined(message: ReceivedMessage, error: unknown): void {
    const { code, message: sentence } = causeOf(error);
    const text = `Quarantined key after ${code}: ${sentence}`;
    this.#log.error({ message: text, alert: true, ...placeOf(message) });
  }

  /** A message that a foreign client compressed may be larger than any topic takes it from us. */
  async #publish(letter: WireMessage): Promise<void> {
    const { publisher } = this.#options;
    try {
      await publisher.publish([letter]);
    } catch (error) {
      if (classify(error) !== 'permanent' || letter.value === null) throw error;
      await publisher.publish([withoutValue(letter)]);
      const text = `Dead letter without its value: ${causeOf(error).message}`;
      this.#log.error({ message: text, alert: true, topic: letter.topic });
    }
  }

  #parkingStore(): ParkingStore {
    const { parking, group } = this.#options;
    if (parking === undefined)
      throw new Error(`Group ${group} parks keys but has no parking store.`);
    return parking;
  }
}

/** Where a message stands in the log, for a log line. */
export function placeOf(message: ReceivedMessage): Record<string, string | number> {
  const { topic, partition, offset } = message;
  return { topic, partition, offset: offset.toString() };
}

import { setTimeout as pause } from 'node:timers/promises';
import type { KafkaPublisher } from '@sluice/messaging-kafka';
import type { LoggedMessage } from '@sluice/messaging-kafka/testing';

const senderCount = 4;
/** Leaves the brokers and the others on this machine some time. */
const pauseMs = 10;

/** What a topic shows of what was sent. */
export interface SendingVerdict {
  /** Acknowledged, but not on the topic. */
  readonly lost: readonly string[];
  /** Keys whose messages first appear in another order than they were sent in. */
  readonly disordered: readonly string[];
  /** Messages that stand on the topic more than once, which consumers drop by their id. */
  readonly repeats: number;
}

/**
 * Sends numbered messages of many keys in a steady stream and remembers what was acknowledged.
 *
 * Several senders run side by side, each with keys of its own. What is rejected is sent again before the next number,
 * as the relay does.
 */
export class SendingLog {
  readonly #publisher: KafkaPublisher;
  readonly #topic: string;
  readonly #keys: readonly string[];
  readonly #acknowledged: string[] = [];
  #isStopped = false;
  #sending: Promise<unknown> = Promise.resolve();
  /** Calls of the publisher, those that were rejected included. */
  calls = 0;
  rejected = 0;

  constructor(publisher: KafkaPublisher, topic: string, keys: readonly string[]) {
    this.#publisher = publisher;
    this.#topic = topic;
    this.#keys = keys;
  }

  get acknowledgedCount(): number {
    return this.#acknowledged.length;
  }

  start(): void {
    const senders = Array.from({ length: senderCount }, async (_, sender) => {
      await this.#send(this.#keys.filter((_key, index) => index % senderCount === sender));
    });
    this.#sending = Promise.all(senders);
  }

  /** Resolves when everything that was begun is acknowledged. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#sending;
  }

  judge(logged: readonly LoggedMessage[]): SendingVerdict {
    const firsts = new Map<string, number[]>();
    const seen = new Set<string>();
    for (const { key, value } of logged) {
      if (seen.has(value)) continue;
      seen.add(value);
      const numbers = firsts.get(key) ?? [];
      numbers.push(Number(value.split(' ')[1]));
      firsts.set(key, numbers);
    }
    const isOrdered = (numbers: readonly number[]): boolean =>
      numbers.every((number, index) => number === index);
    return {
      lost: this.#acknowledged.filter((value) => !seen.has(value)),
      disordered: [...firsts].filter(([, numbers]) => !isOrdered(numbers)).map(([key]) => key),
      repeats: logged.length - seen.size,
    };
  }

  async #send(keys: readonly string[]): Promise<void> {
    for (let number = 0; !this.#isStopped;) {
      const messages = keys.map((key) => ({
        topic: this.#topic,
        key,
        value: Buffer.from(`${key} ${number}`),
        headers: {},
      }));
      this.calls += 1;
      try {
        await this.#publisher.publish(messages);
      } catch {
        this.rejected += 1;
        continue;
      }
      for (const { value } of messages) this.#acknowledged.push(value.toString());
      number += 1;
      await pause(pauseMs);
    }
  }
}

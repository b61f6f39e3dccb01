import { deriveId, newId } from '@sluice/clock';
import type { EventCodec } from '@sluice/contracts';
import { paymentFacts } from '@sluice/contracts/testing';
import type { Broker } from '../broker.ts';
import type { ConsumerLimits } from '../consumer-limits.ts';
import { deadLetterTopic } from '../dead-letter.ts';
import { toWire } from '../envelope.ts';
import type { Delivery, ReceivedMessage, WireMessage } from '../event-record.ts';
import type { EventStrategy } from '../event-strategy.ts';
import type { Publisher } from '../publisher.ts';
import { startConsumers } from './consumers.ts';
import type { TestHandler } from './consumers.ts';
import { InMemoryParkingStore } from './in-memory-parking-store.ts';
import { until } from './until.ts';

/** What a broker under test provides. */
export interface MessagingHarness {
  readonly publisher: Publisher;
  readonly codec: EventCodec;
  /** Makes a schema known to the registry behind the codec, whatever it says, and returns its id. */
  addSchema(schema: string): number;
  /** Writes as a foreign producer would: nothing is checked, and the time of a message may be given. */
  write(
    messages: readonly (WireMessage & { readonly timestampMs?: bigint })[],
  ): Promise<void> | void;
  /** A connection of its own, as each process has. */
  connect(): Broker;
  /** Most messages of one fetch, where the broker counts them. */
  readonly fetchMax?: number;
  /** Creates topics that do not exist yet, with at least three partitions. */
  createTopics(names: readonly string[]): Promise<void>;
}

const topic = 'payments.v1';
const type = 'sluice.payments.v1.PaymentCaptured';

/** One case on a shared broker: its own group, and a tenant that tells its events from all others. */
export class Scene {
  readonly harness: MessagingHarness;
  readonly tenant = `t-${newId()}`;
  readonly group = `conformance.${newId().toLowerCase()}`;
  readonly parking = new InMemoryParkingStore();
  readonly #open: EventStrategy[] = [];

  constructor(harness: MessagingHarness) {
    this.harness = harness;
  }

  /** Publishes events numbered from..to-1 of each key, in that order, and waits for the acknowledgement. */
  async publish(
    keys: readonly string[],
    range: readonly [from: number, to: number],
  ): Promise<void> {
    await this.harness.createTopics([topic]);
    const messages: WireMessage[] = [];
    for (let number = range[0]; number < range[1]; number += 1) {
      for (const key of keys) messages.push(this.message(key, number));
    }
    await this.harness.publisher.publish(messages);
  }

  message(key: string, number: number): WireMessage {
    const ownKey = this.keyOf(key);
    return toWire(
      {
        id: deriveId(ownKey, String(number)),
        type,
        source: 'conformance',
        tenant: this.tenant,
        key: ownKey,
        time: BigInt(Date.now()) * 1000n,
        version: BigInt(number),
        data: paymentFacts({ paymentId: ownKey }),
      },
      this.harness.codec,
    );
  }

  keyOf(key: string): string {
    return `${key}-${this.tenant}`;
  }

  /** Starts one member of the group; `handle` sees only this scene's events. */
  async consume(
    handle: (deliveries: readonly Delivery[]) => Promise<void> | void,
    options: Partial<TestHandler['options']> & {
      group?: string;
      limits?: Partial<ConsumerLimits>;
    } = {},
  ): Promise<EventStrategy> {
    const { limits, ...rest } = options;
    const plan = { topic, group: this.group, types: [type], retryDelayMs: 5, ...rest } as const;
    const topics = typeof plan.topic === 'string' ? [plan.topic] : plan.topic;
    const deadLetters = topics.map((each) => deadLetterTopic(each, plan.group));
    await this.harness.createTopics([...topics, ...deadLetters]);
    return this.#start(
      {
        options: { ...plan, raw: false },
        handle: async (deliveries) => {
          const own = deliveries.filter(({ event }) => event.key.endsWith(this.tenant));
          if (own.length > 0) await handle(own);
        },
      },
      limits,
    );
  }

  /** Reads dead letters of this scene's group until `count` are there. */
  async deadLetters(
    count: number,
    isOwn: (message: ReceivedMessage) => boolean,
  ): Promise<ReceivedMessage[]> {
    const letters: ReceivedMessage[] = [];
    const options = {
      topic: deadLetterTopic(topic, this.group),
      group: `${this.group}.letters`,
      raw: true,
    } as const;
    const strategy = await this.#start({
      options,
      handle: (messages) => void letters.push(...messages.filter(isOwn)),
    });
    await until(() => letters.length >= count, {
      what: `${count} dead letters`,
      timeoutMs: 20_000,
    });
    await this.close(strategy);
    return letters;
  }

  async close(strategy: EventStrategy): Promise<void> {
    this.#open.splice(this.#open.indexOf(strategy), 1);
    await strategy.close();
  }

  async closeAll(): Promise<void> {
    await Promise.all(this.#open.splice(0).map((strategy) => strategy.close()));
  }

  async #start(handler: TestHandler, limits: Partial<ConsumerLimits> = {}): Promise<EventStrategy> {
    const { publisher, codec } = this.harness;
    const strategy = await startConsumers(
      {
        broker: this.harness.connect(),
        publisher,
        codec,
        parking: this.parking,
        limits: {
          probeDelayMs: 20,
          probeDelayMsMax: 50,
          replayPollMs: 20,
          drainMs: 500,
          ...limits,
        },
      },
      [handler],
    );
    this.#open.push(strategy);
    return strategy;
  }
}

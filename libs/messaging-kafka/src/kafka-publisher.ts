import { PermanentFailure } from '@sluice/failure';
import { murmur2, Publisher } from '@sluice/messaging';
import type { WireMessage } from '@sluice/messaging';
import type { Kafka } from 'kafkajs';
import { createKafka } from './kafka-client.ts';
import type { KafkaSettings } from './kafka-settings.ts';
import { ProducerLane, sizeOf } from './producer-lane.ts';
import type { LaneLimits } from './producer-lane.ts';
import { TopicPartitions } from './topic-partitions.ts';

/** Options of the publisher. */
export interface KafkaPublisherOptions extends Partial<LaneLimits> {
  readonly kafka: KafkaSettings;
  /** Requests at a time; a key always takes the same lane. @minimum 1 @default 1 */
  readonly lanes?: number;
  /**
   * Most bytes of one message; larger ones are refused before they are sent. Dead letters may have twice as many,
   * so that what fitted its own topic fits theirs. @default 1_000_000
   */
  readonly messageBytesMax?: number;
}

/** Publishes over Kafka: every promise of `Publisher`, by lanes. */
export class KafkaPublisher extends Publisher {
  readonly #lanes: readonly ProducerLane[];
  readonly #messageBytesMax: number;

  constructor(options: KafkaPublisherOptions) {
    super();
    const kafka = createKafka(options.kafka);
    const partitions = new TopicPartitions(kafka);
    const limits: LaneLimits = {
      batchMax: options.batchMax ?? 1_000,
      batchBytesMax: options.batchBytesMax ?? 900_000,
      budgetMs: options.budgetMs ?? 30_000,
      ackTimeoutMs: options.ackTimeoutMs ?? 10_000,
    };
    this.#messageBytesMax = options.messageBytesMax ?? 1_000_000;
    const countOf = (topic: string): Promise<number> => partitions.countOf(topic);
    this.#lanes = Array.from(
      { length: options.lanes ?? 1 },
      () => new ProducerLane({ makeProducer: () => makeProducer(kafka), countOf, limits }),
    );
  }

  override async publish(messages: readonly WireMessage[]): Promise<void> {
    for (const message of messages) this.#refuseOversized(message);
    const byLane = new Map<ProducerLane, WireMessage[]>();
    for (const message of messages) {
      const lane = this.#laneOf(message);
      const own = byLane.get(lane);
      if (own === undefined) byLane.set(lane, [message]);
      else own.push(message);
    }
    const sent = await Promise.allSettled([...byLane].map(([lane, own]) => lane.send(own)));
    for (const outcome of sent) if (outcome.status === 'rejected') throw outcome.reason;
  }

  override async close(): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => lane.close()));
  }

  #refuseOversized(message: WireMessage): void {
    const isDeadLetter = message.topic.endsWith('.dlt');
    const bytesMax = isDeadLetter ? this.#messageBytesMax * 2 : this.#messageBytesMax;
    if (sizeOf(message) <= bytesMax) return;
    throw new PermanentFailure(
      'PUBLISH_REFUSED',
      `A message for ${message.topic} is larger than ${bytesMax} bytes.`,
    );
  }

  #laneOf(message: WireMessage): ProducerLane {
    const lane = this.#lanes[laneIndexOf(message, this.#lanes.length)];
    if (lane === undefined) throw new RangeError('A publisher needs at least one lane.');
    return lane;
  }
}

/** The lane of a key: always the same one, so that what is sent later cannot overtake on another. */
export function laneIndexOf({ topic, key }: WireMessage, laneCount: number): number {
  return Math.abs(murmur2(Buffer.from(`${topic}/${key}`))) % laneCount;
}

/**
 * A producer for one lane. Not an idempotent one: kafkajs takes its sequence back after a failure, and the next
 * batch may then pass for a repetition of the failed one. Repeats are dropped by their id instead.
 */
export function makeProducer(kafka: Kafka): ReturnType<Kafka['producer']> {
  return kafka.producer({
    allowAutoTopicCreation: false,
    retry: { retries: 2, initialRetryTime: 100, maxRetryTime: 1_000 },
  });
}

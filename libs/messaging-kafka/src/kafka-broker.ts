import type { Broker, BrokerConsumer, BrokerListener } from '@sluice/messaging';
import type { Kafka } from 'kafkajs';
import { createKafka } from './kafka-client.ts';
import { KafkaConsumer } from './kafka-consumer.ts';
import type { KafkaSettings } from './kafka-settings.ts';
import { TopicPartitions } from './topic-partitions.ts';

/** Kafka as consumers see it. */
export class KafkaBroker implements Broker {
  readonly #kafka: Kafka;
  readonly #settings: KafkaSettings;
  readonly #partitions: TopicPartitions;

  constructor(settings: KafkaSettings) {
    this.#settings = settings;
    this.#kafka = createKafka(settings);
    this.#partitions = new TopicPartitions(this.#kafka);
  }

  partitionCounts(topics: readonly string[]): Promise<ReadonlyMap<string, number>> {
    return this.#partitions.countsOf(topics);
  }

  createConsumer(options: {
    readonly group: string;
    readonly topics: readonly string[];
    readonly listener: BrokerListener;
  }): BrokerConsumer {
    return new KafkaConsumer({ ...options, kafka: this.#kafka, settings: this.#settings });
  }

  /** Consumers hold their own connections, so there is nothing to release. */
  close(): Promise<void> {
    return Promise.resolve();
  }
}

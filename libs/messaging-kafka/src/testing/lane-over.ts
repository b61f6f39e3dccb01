import type { Kafka } from 'kafkajs';
import { makeProducer } from '../kafka-publisher.ts';
import { ProducerLane } from '../producer-lane.ts';
import type { LaneLimits } from '../producer-lane.ts';
import { TopicPartitions } from '../topic-partitions.ts';

/** A lane as the publisher makes it, over a client of the test's own, for example one behind proxies. */
export function laneOver(kafka: Kafka, limits: Partial<LaneLimits> = {}): ProducerLane {
  const partitions = new TopicPartitions(kafka);
  return new ProducerLane({
    makeProducer: () => makeProducer(kafka),
    countOf: (topic) => partitions.countOf(topic),
    limits: {
      batchMax: 1_000,
      batchBytesMax: 900_000,
      budgetMs: 30_000,
      ackTimeoutMs: 10_000,
      ...limits,
    },
  });
}

import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import type { BrokerListener } from '@sluice/messaging';
import { until } from '@sluice/messaging/testing';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createKafka } from './kafka-client.ts';
import { KafkaBroker } from './kafka-broker.ts';
import { KafkaPublisher } from './kafka-publisher.ts';

const settings = { brokers: inject('kafkaBrokers').split(','), clientId: 'out-of-range' };
const topic = `out-of-range-${randomUUID()}`;
const group = `${topic}.group`;
const errors: unknown[] = [];

describe('a group whose next messages were deleted', () => {
  const admin = createKafka(settings).admin();
  const publisher = new KafkaPublisher({ kafka: settings });

  beforeAll(async () => {
    const ignore = (): void => undefined;
    const error = (entry: unknown): number => errors.push(entry);
    Logger.overrideLogger({ log: ignore, warn: ignore, debug: ignore, error });
    await admin.connect();
    const topics = [{ topic, numPartitions: 1, replicationFactor: 1 }];
    await admin.createTopics({ topics, waitForLeaders: false });
    const publishing = Array.from({ length: 10 }, (_, number) => ({
      topic,
      key: 'k',
      value: Buffer.from(String(number)),
      headers: {},
    }));
    await publisher.publish(publishing);
  });

  afterAll(async () => {
    Logger.overrideLogger(false);
    await Promise.all([publisher.close(), admin.disconnect()]);
  });

  it('goes on at the oldest message there is, and raises an alert', async () => {
    await admin.setOffsets({ groupId: group, topic, partitions: [{ partition: 0, offset: '2' }] });
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '6' }] });
    const read: string[] = [];
    const listener: BrokerListener = {
      assigned: () => undefined,
      revoked: () => Promise.resolve(),
      received: ({ messages }) => {
        read.push(...messages.map(({ value }) => String(value)));
        return Promise.resolve();
      },
    };
    const consumer = new KafkaBroker(settings).createConsumer({ group, topics: [topic], listener });
    await consumer.start();
    await until(() => read.length >= 4, { what: 'what is left', timeoutMs: 30_000 });
    await consumer.stop();

    expect(read).toEqual(['6', '7', '8', '9']);
    expect(errors).toContainEqual(expect.objectContaining({ alert: true, group, topic }));
  });
});

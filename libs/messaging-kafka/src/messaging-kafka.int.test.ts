import { Logger } from '@nestjs/common';
import { localCodec } from '@sluice/contracts/testing';
import type { MessagingHarness } from '@sluice/messaging/testing';
import { messagingConformance, until } from '@sluice/messaging/testing';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createKafka } from './kafka-client.ts';
import { KafkaBroker } from './kafka-broker.ts';
import { KafkaPublisher } from './kafka-publisher.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    kafkaBrokers: string;
    schemaRegistryUrl: string;
  }
}

Logger.overrideLogger(false);

describe('messaging on Kafka', () => {
  const kafka = { brokers: inject('kafkaBrokers').split(','), clientId: 'conformance' };
  const publisher = new KafkaPublisher({ kafka });
  const admin = createKafka(kafka).admin();
  let harness: MessagingHarness;

  async function haveLeaders(names: readonly string[]): Promise<boolean> {
    const { topics } = await admin.fetchTopicMetadata();
    const led = topics.filter(({ partitions }) => partitions.every(({ leader }) => leader >= 0));
    return names.every((name) => led.some((topic) => topic.name === name));
  }

  beforeAll(async () => {
    await admin.connect();
    harness = {
      publisher,
      codec: await localCodec(),
      connect: () => new KafkaBroker(kafka),
      createTopics: async (names) => {
        const known = new Set(await admin.listTopics());
        const topics = names
          .filter((topic) => !known.has(topic))
          .map((topic) => ({ topic, numPartitions: 4, replicationFactor: 1 }));
        if (topics.length === 0) return;
        await admin.createTopics({ topics, waitForLeaders: false });
        await until(() => haveLeaders(names), { what: 'leaders of the new topics' });
      },
    };
  });

  afterAll(async () => {
    await Promise.all([publisher.close(), admin.disconnect()]);
  });

  it.each(messagingConformance)('$name', async ({ run }) => {
    await expect(run(harness)).resolves.toBeUndefined();
  });
});

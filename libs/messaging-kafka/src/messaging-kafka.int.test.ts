import { Logger } from '@nestjs/common';
import { LocalSchemaIds, localCodec } from '@sluice/contracts/testing';
import type { MessagingHarness } from '@sluice/messaging/testing';
import { messagingConformance, until } from '@sluice/messaging/testing';
import { CompressionTypes } from 'kafkajs';
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
  const foreign = createKafka(kafka).producer();
  let harness: MessagingHarness;

  async function haveLeaders(names: readonly string[]): Promise<boolean> {
    const { topics } = await admin.fetchTopicMetadata();
    const led = topics.filter(({ partitions }) => partitions.every(({ leader }) => leader >= 0));
    return names.every((name) => led.some((topic) => topic.name === name));
  }

  /** Compressed, so that the broker takes what no producer of ours may send. */
  async function writeForeign(messages: Parameters<MessagingHarness['write']>[0]): Promise<void> {
    for (const { topic, key, value, headers, timestampMs } of messages) {
      const timestamp = timestampMs === undefined ? {} : { timestamp: String(timestampMs) };
      const message = { key, value, headers, ...timestamp };
      await foreign.send({ topic, compression: CompressionTypes.ZSTD, messages: [message] });
    }
  }

  beforeAll(async () => {
    await Promise.all([admin.connect(), foreign.connect()]);
    const schemaIds = new LocalSchemaIds();
    harness = {
      publisher,
      codec: await localCodec(schemaIds),
      addSchema: (schema) => schemaIds.add(schema),
      write: writeForeign,
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
    await Promise.all([publisher.close(), admin.disconnect(), foreign.disconnect()]);
  });

  it.each(messagingConformance)('$name', async ({ run }) => {
    await expect(run(harness)).resolves.toBeUndefined();
  });
});

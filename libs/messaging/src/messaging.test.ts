import { Logger } from '@nestjs/common';
import { LocalSchemaIds, localCodec } from '@sluice/contracts/testing';
import { describe, expect, it } from 'vitest';
import {
  InMemoryBroker,
  InMemoryParkingStore,
  messagingConformance,
  parkingConformance,
} from './testing/index.ts';

Logger.overrideLogger(false);

describe('messaging on the in-memory broker', () => {
  it.each(messagingConformance)('$name', async ({ run }) => {
    const broker = new InMemoryBroker({ fetchMax: 25 });
    const schemaIds = new LocalSchemaIds();
    const running = run({
      publisher: broker,
      fetchMax: 25,
      codec: await localCodec(schemaIds),
      addSchema: (schema) => schemaIds.add(schema),
      write: (messages) => broker.write(messages),
      connect: () => broker,
      createTopics: (names) => {
        for (const topic of names) broker.createTopic(topic, 4);
        return Promise.resolve();
      },
    });

    await expect(running).resolves.toBeUndefined();
  });
});

describe('InMemoryParkingStore', () => {
  it.each(parkingConformance)('$name', async ({ run }) => {
    await expect(run(new InMemoryParkingStore())).resolves.toBeUndefined();
  });
});

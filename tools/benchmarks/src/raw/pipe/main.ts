import type { Message } from 'kafkajs';
import { openDoor } from '../../program-door.ts';
import { setting } from '../../program-settings.ts';
import { rawKafka } from '../raw-kafka.ts';

const from = setting('TOPIC_FROM');
const to = setting('TOPIC_TO');
const kafka = rawKafka(`benchmark-pipe-${from}`);
const producer = kafka.producer({ allowAutoTopicCreation: false });
const consumer = kafka.consumer({ groupId: `benchmark.pipe.${from}`, maxWaitTimeInMs: 500 });
const joined = Promise.withResolvers<void>();
consumer.on(consumer.events.GROUP_JOIN, () => joined.resolve());

await Promise.all([producer.connect(), consumer.connect()]);
await consumer.subscribe({ topic: from, fromBeginning: true });
await consumer.run({
  partitionsConsumedConcurrently: 6,
  eachBatch: async ({ batch }) => {
    const messages = batch.messages.map(({ key, value, headers }): Message => ({
      key,
      value,
      ...(headers === undefined ? {} : { headers }),
    }));
    await producer.send({ topic: to, acks: -1, messages });
  },
});
await joined.promise;
openDoor({});

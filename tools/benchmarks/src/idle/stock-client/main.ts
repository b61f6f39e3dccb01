import { Kafka, logLevel } from 'kafkajs';
import { openDoor } from '../../program-door.ts';
import { brokersOf, setting } from '../../program-settings.ts';

/** A consumer and a producer of kafkajs with nothing set, as one of our processes has them. */
const kafka = new Kafka({
  clientId: 'benchmark-stock',
  brokers: brokersOf(),
  logLevel: logLevel.NOTHING,
});
const consumer = kafka.consumer({ groupId: 'benchmark.stock' });
const producer = kafka.producer();
const joined = Promise.withResolvers<void>();
consumer.on(consumer.events.GROUP_JOIN, () => joined.resolve());
await Promise.all([consumer.connect(), producer.connect()]);
await consumer.subscribe({ topic: setting('TOPIC_FROM') });
await consumer.run({ eachMessage: () => Promise.resolve() });
await joined.promise;
openDoor({});

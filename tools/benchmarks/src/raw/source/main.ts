import { EventCodec } from '@sluice/contracts';
import { toWire } from '@sluice/messaging';
import { RegistrySchemaIds, createKafka } from '@sluice/messaging-kafka';
import type { Message } from 'kafkajs';
import { type StreamPlan, paymentEvents } from '../../product/event-stream.ts';
import { openDoor } from '../../program-door.ts';
import { brokersOf, setting } from '../../program-settings.ts';

const messagesOfRequest = 500;

// The product's client: stock kafkajs leaves Nagle's algorithm on, which would flatter us.
const kafka = createKafka({ brokers: brokersOf(), clientId: 'benchmark-raw-source' });
const producer = kafka.producer({ allowAutoTopicCreation: false });
await producer.connect();
const codec = new EventCodec(new RegistrySchemaIds(setting('SCHEMA_REGISTRY_URL')));
await codec.prepare(['sluice.cybersource.v1.PaymentUpdated']);
const topic = setting('TOPIC_TO');

let messages: Message[] = [];

/** The very messages that the product's relay sends, made before the clock runs. */
async function fill(plan: StreamPlan): Promise<void> {
  messages = [...paymentEvents(plan)].map((event) => {
    const { key, value, headers } = toWire(event, codec);
    return { key, value, headers };
  });
  await Promise.resolve();
}

async function go(): Promise<void> {
  while (messages.length > 0) {
    await producer.send({ topic, acks: -1, messages: messages.splice(0, messagesOfRequest) });
  }
}

openDoor({ fill, go });

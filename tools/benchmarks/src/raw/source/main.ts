import { EventCodec } from '@sluice/contracts';
import { type EventRecord, toWire } from '@sluice/messaging';
import { RegistrySchemaIds } from '@sluice/messaging-kafka';
import type { Message } from 'kafkajs';
import { capturedJson } from '../../naive/payment-json.ts';
import { type StreamPlan, paymentEvents } from '../../product/event-stream.ts';
import { openDoor } from '../../program-door.ts';
import { setting } from '../../program-settings.ts';
import { rawKafka } from '../raw-kafka.ts';
import { withRedeliveries } from './redeliveries.ts';

const messagesOfRequest = 500;

/** What to send, and how. */
interface RawPlan extends StreamPlan {
  /** @default TOPIC_TO */
  readonly topic?: string;
  /** @default the product's wire format */
  readonly format?: 'wire' | 'json';
  /** Part of the events that come a second time. @default 0 */
  readonly redeliveredPart?: number;
}

const producer = rawKafka('benchmark-raw-source').producer({ allowAutoTopicCreation: false });
await producer.connect();
const codec = new EventCodec(new RegistrySchemaIds(setting('SCHEMA_REGISTRY_URL')));
await codec.prepare(['sluice.cybersource.v1.PaymentUpdated', 'sluice.payments.v1.PaymentCaptured']);

let messages: Message[] = [];
let topic = '';

/** Makes the very messages that the product's relay sends, before the clock runs. */
async function fill(plan: RawPlan): Promise<void> {
  topic = plan.topic ?? setting('TOPIC_TO');
  const toMessage = plan.format === 'json' ? jsonMessage : wireMessage;
  messages = withRedeliveries([...paymentEvents(plan)].map(toMessage), plan.redeliveredPart ?? 0);
  await Promise.resolve();
}

function wireMessage(event: EventRecord): Message {
  const { key, value, headers } = toWire(event, codec);
  return { key, value, headers };
}

function jsonMessage({ key, version }: EventRecord): Message {
  return { key, value: JSON.stringify(capturedJson(key, Number(version))) };
}

async function go(): Promise<void> {
  for (let at = 0; at < messages.length; at += messagesOfRequest) {
    const request = messages.slice(at, at + messagesOfRequest);
    await producer.send({ topic, acks: -1, messages: request });
  }
}

openDoor({ fill, go });

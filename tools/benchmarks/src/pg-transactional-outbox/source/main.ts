import { randomUUID } from 'node:crypto';
import { createKafka } from '@sluice/messaging-kafka';
import pg from 'pg';
import {
  DatabaseSetup,
  type TransactionalMessage,
  getDisabledLogger,
  initializeMessageStorage,
  initializePollingMessageListener,
} from 'pg-transactional-outbox';
import { paymentJson } from '../../naive/payment-json.ts';
import type { StreamPlan } from '../../product/event-stream.ts';
import { openDoor } from '../../program-door.ts';
import { brokersOf, setting } from '../../program-settings.ts';

/**
 * The library as its README shows it, with its polling listener. Every key is a segment, which is
 * how the library keeps the order of a key; protections that an outbox does not need are off.
 */
const batchSize = 25;
const pollMs = 100;
const topic = setting('TOPIC_TO');
const databaseUrl = new URL(setting('DATABASE_URL'));
const schema = databaseUrl.username;
const connection = { connectionString: databaseUrl.href };
const logger = getDisabledLogger();
const kafka = createKafka({ brokers: brokersOf(), clientId: 'pg-transactional-outbox' });
const producer = kafka.producer({ allowAutoTopicCreation: false });
const filler = new pg.Client(connection);
const listener = {
  outboxOrInbox: 'outbox' as const,
  dbListenerConfig: connection,
  settings: {
    dbSchema: schema,
    dbTable: 'outbox',
    nextMessagesFunctionSchema: schema,
    nextMessagesFunctionName: 'next_outbox_messages',
    nextMessagesBatchSize: batchSize,
    nextMessagesPollingIntervalInMs: pollMs,
    enableMaxAttemptsProtection: false,
    enablePoisonousMessageProtection: false,
  },
};
const store = initializeMessageStorage(listener, logger);

async function setUp(): Promise<void> {
  const setup = {
    outboxOrInbox: 'outbox' as const,
    database: databaseUrl.pathname.slice(1),
    schema,
    table: 'outbox',
    listenerRole: schema,
    nextMessagesName: 'next_outbox_messages',
  };
  const table = DatabaseSetup.dropAndCreateTable(setup);
  // The role owns its schema already and may make no other.
  await filler.query(table.replace(/CREATE SCHEMA[^;]*;/, ''));
  await filler.query(DatabaseSetup.createPollingFunction(setup));
  await filler.query(DatabaseSetup.setupPollingIndexes(setup));
}

/** Sends one message, as a handler of the library does. */
async function handle({ aggregateId, payload }: TransactionalMessage): Promise<void> {
  const messages = [{ key: aggregateId, value: JSON.stringify(payload) }];
  await producer.send({ topic, acks: -1, messages });
}

/** Writes the round's rows before the clock runs; nobody sees them until they are committed. */
async function fill(plan: StreamPlan): Promise<void> {
  await filler.query('begin');
  for (let version = 1; version <= plan.eventsPerKey; version += 1) {
    for (let key = 0; key < plan.keys; key += 1) {
      const aggregateId = `${plan.prefix}-${key}`;
      const message = {
        id: randomUUID(),
        aggregateType: 'payment',
        aggregateId,
        messageType: 'payment-updated',
        segment: aggregateId,
        payload: paymentJson(aggregateId, { version, valueBytes: plan.valueBytes ?? 0 }),
      };
      await store(message, filler);
    }
  }
}

await Promise.all([producer.connect(), filler.connect()]);
await setUp();
initializePollingMessageListener(listener, { handle }, logger);
openDoor({ fill, go: async () => void (await filler.query('commit')) });

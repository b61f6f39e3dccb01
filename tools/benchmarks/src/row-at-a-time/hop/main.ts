import { EventCodec } from '@sluice/contracts';
import { type EventRecord, fromWire, toWire } from '@sluice/messaging';
import { RegistrySchemaIds, createKafka } from '@sluice/messaging-kafka';
import type { EachMessagePayload } from 'kafkajs';
import pg from 'pg';
import { bookingCommand } from '../../product/hop/booking-command.ts';
import { openDoor } from '../../program-door.ts';
import { brokersOf, setting } from '../../program-settings.ts';

/** The best that one row at a time can be: one prepared statement a message, partitions side by side. */
const partitions = 6;
const pool = new pg.Pool({ connectionString: setting('DATABASE_URL'), max: partitions });
const codec = new EventCodec(new RegistrySchemaIds(setting('SCHEMA_REGISTRY_URL')));
const topic = setting('TOPIC_FROM');

await pool.query(`
  create table if not exists inbox (event_id text primary key, received_at timestamptz default now());
  create table if not exists booking (
    payment_id text primary key, order_id text not null, amount_minor bigint not null,
    currency char(3) not null, events integer not null, updated_at timestamptz default now()
  ) with (fillfactor = 80);
  create table if not exists outbox (
    seq bigint generated always as identity primary key, aggregateid text not null,
    topic text not null, payload bytea not null, headers jsonb not null
  )`);
await codec.prepare(['sluice.zoho.v1.CommandRequested']);

const handleSql = `
  with unseen as (
    insert into inbox (event_id) values ($1) on conflict do nothing returning 1
  ), booked as (
    insert into booking as b (payment_id, order_id, amount_minor, currency, events)
    select $2, $3, $4, $5, 1 from unseen
    on conflict (payment_id) do update set amount_minor = excluded.amount_minor,
      currency = excluded.currency, events = b.events + 1, updated_at = now()
  )
  insert into outbox (aggregateid, topic, payload, headers) select $2, $6, $7, $8 from unseen`;

async function handle({ topic: from, partition, message }: EachMessagePayload): Promise<void> {
  const headers = Object.entries(message.headers ?? {});
  const event = (await fromWire(
    {
      topic: from,
      partition,
      offset: BigInt(message.offset),
      timestampMs: BigInt(message.timestamp),
      key: message.key?.toString() ?? '',
      value: message.value,
      headers: Object.fromEntries(headers.map(([name, value]) => [name, String(value)])),
    },
    codec,
  )) as EventRecord<'sluice.payments.v1.PaymentCaptured'>;
  const { paymentId, orderId, amount } = event.data;
  const wire = toWire(bookingCommand(event), codec);
  await pool.query({
    name: 'handle',
    text: handleSql,
    values: [
      event.id,
      paymentId,
      orderId,
      amount.minor.toString(),
      amount.currency,
      wire.topic,
      wire.value,
      JSON.stringify(wire.headers),
    ],
  });
}

const kafka = createKafka({ brokers: brokersOf(), clientId: 'benchmark-row-at-a-time' });
const consumer = kafka.consumer({ groupId: 'benchmark.row-at-a-time', maxWaitTimeInMs: 500 });
const joined = Promise.withResolvers<void>();
consumer.on(consumer.events.GROUP_JOIN, () => joined.resolve());
await consumer.connect();
await consumer.subscribe({ topic, fromBeginning: true });
await consumer.run({ partitionsConsumedConcurrently: partitions, eachMessage: handle });
await joined.promise;
openDoor({});

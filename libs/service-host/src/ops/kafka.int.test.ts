import { Logger } from '@nestjs/common';
import { Clock, newId, systemClock } from '@sluice/clock';
import { localCodec, orderPlaced } from '@sluice/contracts/testing';
import { PermanentFailure } from '@sluice/failure';
import { ParkingDesk, toWire } from '@sluice/messaging';
import type { Delivery, EventRecord, ReceivedMessage } from '@sluice/messaging';
import { InMemoryParkingStore, startConsumers, until } from '@sluice/messaging/testing';
import { KafkaBroker, KafkaPublisher } from '@sluice/messaging-kafka';
import { Outbox, OutboxRelay, PostgresParkingStore, outboxMigrations } from '@sluice/outbox';
import { inTransaction } from '@sluice/postgres';
import { type FreshDatabase, freshDatabase } from '@sluice/postgres/testing';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    kafkaBrokers: string;
  }
}

Logger.overrideLogger(false);

const topic = 'orders.v1';
const type = 'sluice.orders.v1.OrderPlaced';
const patience = { timeoutMs: 40_000 };
/** A group whose dead letter topic every stack has. */
const group = 'workflow-engine.run-flow';

/** Minutes behind, so that what is redriven is due at once. */
class LateClock extends Clock {
  override now(): Date {
    return new Date(systemClock.now().getTime() - 120_000);
  }

  override nowMicros(): bigint {
    return systemClock.nowMicros() - 120_000_000n;
  }

  override monotonicMs(): number {
    return systemClock.monotonicMs();
  }
}

let database: FreshDatabase;
let tenant: string;
const kafka = { brokers: inject('kafkaBrokers').split(','), clientId: 'ops-test' };

beforeAll(async () => {
  database = await freshDatabase(inject('databaseUrl'), { migrations: outboxMigrations });
  tenant = `t-${newId()}`;
});

afterAll(() => database.close());

function orderOf(key: string, number: number): EventRecord {
  return {
    id: `${key}-${number}-${tenant}`,
    type,
    source: 'test',
    tenant,
    key: `${key}-${tenant}`,
    subject: String(number),
    time: systemClock.nowMicros(),
    data: orderPlaced(),
  };
}

describe('ParkingDesk on Kafka', () => {
  it('gives dead letters back to their consumer once and in order', async () => {
    const codec = await localCodec();
    const publisher = new KafkaPublisher({ kafka });
    const clock = systemClock;
    const parking = new PostgresParkingStore({ dataSource: database.dataSource, clock });
    const handled: string[] = [];
    let isRefusing = true;
    let refused = 0;
    const consumers = await startConsumers(
      { broker: new KafkaBroker(kafka), publisher, codec, parking, limits: { replayPollMs: 50 } },
      [
        {
          options: { topic, group, types: [type], onFailure: 'dead-letter' },
          handle: (deliveries: readonly Delivery[]) => {
            const own = deliveries.filter(({ event }) => event.tenant === tenant);
            if (own.length === 0) return;
            refused += 1;
            if (isRefusing) throw new PermanentFailure('TEST_REFUSED', 'Refused.');
            handled.push(...own.map(({ event }) => event.id));
          },
        },
      ],
    );
    const events = [1, 2, 3].map((number) => orderOf('redriven', number));
    await publisher.publish(events.map((event) => toWire(event, codec)));
    await until(() => refused === 3, { what: 'three dead letters', ...patience });
    isRefusing = false;
    const desk = new ParkingDesk({
      parking,
      publisher,
      broker: new KafkaBroker(kafka),
      codec,
      clock: new LateClock(),
    });
    const key = events[0]?.key ?? '';
    const order = { consumer: group, topic, key, maker: 'ada', reason: 'Mended' };

    const first = await desk.redrive(order);
    await until(() => handled.length === 3, { what: 'the events', ...patience });
    const second = await desk.redrive(order);
    await consumers.close();
    await publisher.close();

    expect(first).toMatchObject({ found: 3, redriven: 3, isCut: false });
    expect(second).toMatchObject({ found: 3, redriven: 0, known: 3 });
    expect(handled).toEqual(events.map(({ id }) => id));
  });
});

describe('OutboxRelay among others on Kafka', () => {
  it('loses, repeats and reorders nothing while relays join and leave', async () => {
    const { dataSource } = database;
    const outbox = new Outbox({ codec: await localCodec() });
    const publishers = [1, 2, 3].map(() => new KafkaPublisher({ kafka }));
    const relays = publishers.map(
      (publisher) => new OutboxRelay({ dataSource, publisher, clock: systemClock, pollMs: 50 }),
    );
    const owned = (): number[] => relays.map((relay) => relay.ownedShards());
    const isShared = (count: number): boolean => {
      const owning = owned().filter((shards) => shards > 0);
      return owning.length === count && owning.every((shards) => shards >= Math.floor(64 / count));
    };
    const writing = { isStopped: false, rounds: 0 };
    const written = (async () => {
      for (; !writing.isStopped; writing.rounds += 1) {
        const events = Array.from({ length: 20 }, (_, key) => orderOf(`k${key}`, writing.rounds));
        await inTransaction(dataSource, (tx) => outbox.append(tx, events));
      }
    })();
    for (const [joined, relay] of relays.entries()) {
      relay.start();
      await until(() => isShared(joined + 1), { what: `${joined + 1} shares`, ...patience });
    }
    await relays[0]?.stop();
    await until(() => isShared(2), { what: 'two shares', ...patience });
    writing.isStopped = true;
    await written;

    const received = await readAll(20 * writing.rounds);
    await Promise.all(relays.map((relay) => relay.stop()));
    await Promise.all(publishers.map((publisher) => publisher.close()));

    const expected = Array.from({ length: writing.rounds }, (_, round) => String(round));
    for (const messages of Map.groupBy(received, ({ key }) => key).values()) {
      expect(messages.map(({ headers }) => headers['ce_subject'])).toEqual(expected);
    }
    expect(received).toHaveLength(20 * writing.rounds);
  });
});

/** Messages of this test's keys on the topic, each partition in its order. */
async function readAll(count: number): Promise<readonly ReceivedMessage[]> {
  const received: ReceivedMessage[] = [];
  const publisher = new KafkaPublisher({ kafka });
  const parking = new InMemoryParkingStore();
  const reading = await startConsumers(
    { broker: new KafkaBroker(kafka), publisher, codec: await localCodec(), parking },
    [
      {
        options: { topic, group: `ops-test-${newId()}`, raw: true, batchMax: 100 },
        handle: (messages: readonly ReceivedMessage[]) => {
          const own = messages.filter(({ key }) => key.startsWith('k') && key.endsWith(tenant));
          received.push(...own);
        },
      },
    ],
  );
  await until(() => received.length >= count, { what: `${count} messages`, ...patience });
  await reading.close();
  await publisher.close();
  return received;
}

import { Controller, Logger } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { LocalSchemaIds, localCodec } from '@sluice/contracts/testing';
import { PermanentFailure } from '@sluice/failure';
import { throwError } from 'rxjs';
import type { Observable } from 'rxjs';
import { afterEach, describe, expect, it } from 'vitest';
import { Consume } from './consume.decorator.ts';
import type { Delivery, ReceivedMessage } from './event-record.ts';
import { EventStrategy } from './event-strategy.ts';
import { deadLetterHeaders } from './headers.ts';
import { EVENT_TRANSPORT } from './transport.ts';
import { RpcFailureFilter } from './rpc-failure.filter.ts';
import { InMemoryBroker, InMemoryParkingStore, until } from './testing/index.ts';
import { Scene } from './testing/scene.ts';
import type { MessagingHarness } from './testing/scene.ts';

Logger.overrideLogger(false);

const types = ['sluice.payments.v1.PaymentCaptured'] as const;

@Controller()
class PaymentsConsumer {
  readonly captured: Delivery[] = [];
  readonly plain: Delivery[] = [];
  readonly raw: ReceivedMessage[] = [];

  @Consume({ topic: ['payments.v1', 'orders.v1'], group: 'test.captured', types })
  async captureSeen(deliveries: readonly Delivery[]): Promise<void> {
    await Promise.resolve();
    this.captured.push(...deliveries);
  }

  @Consume({ topic: 'payments.v1', group: 'test.refusing', types, onFailure: 'dead-letter' })
  async refuse(): Promise<void> {
    await Promise.resolve();
    throw new PermanentFailure('TEST_REFUSED', 'Refused.');
  }

  @Consume({ topic: 'payments.v1', group: 'test.streaming', types, onFailure: 'dead-letter' })
  stream(): Observable<never> {
    return throwError(() => new PermanentFailure('TEST_STREAM', 'Streamed.'));
  }

  @EventPattern('payments.v1', EVENT_TRANSPORT, { group: 'test.plain', types })
  async seePlainly(deliveries: readonly Delivery[]): Promise<void> {
    await Promise.resolve();
    this.plain.push(...deliveries);
  }

  @Consume({
    topic: ['payments.v1', 'payments.v1.test.captured.dlt'],
    group: 'test.raw',
    raw: true,
  })
  async seeAll(messages: readonly ReceivedMessage[]): Promise<void> {
    await Promise.resolve();
    this.raw.push(...messages);
  }
}

describe('EventStrategy', () => {
  const closing: (() => Promise<unknown>)[] = [];

  afterEach(async () => {
    await Promise.all(closing.splice(0).map((close) => close()));
  });

  async function start(skippedTopic?: string): Promise<{
    broker: InMemoryBroker;
    strategy: EventStrategy;
    consumer: PaymentsConsumer;
    scene: Scene;
  }> {
    const broker = new InMemoryBroker();
    const groups = ['captured', 'refusing', 'streaming', 'plain'];
    const topics = ['payments.v1', 'orders.v1'];
    const letters = groups.flatMap((group) => topics.map((topic) => `${topic}.test.${group}.dlt`));
    for (const topic of [...topics, ...letters]) {
      if (topic !== skippedTopic) broker.createTopic(topic);
    }
    const schemaIds = new LocalSchemaIds();
    const codec = await localCodec(schemaIds);
    const parking = new InMemoryParkingStore();
    const strategy = new EventStrategy({ broker, publisher: broker, codec, parking });
    const module = await Test.createTestingModule({ controllers: [PaymentsConsumer] }).compile();
    const app = module.createNestMicroservice({ strategy, logger: false });
    app.useGlobalFilters(new RpcFailureFilter());
    closing.push(() => app.close());
    await app.listen();
    const harness: MessagingHarness = {
      publisher: broker,
      codec,
      addSchema: (schema) => schemaIds.add(schema),
      write: (messages) => broker.write(messages),
      connect: () => broker,
      createTopics: () => Promise.resolve(),
    };
    return { broker, strategy, consumer: module.get(PaymentsConsumer), scene: new Scene(harness) };
  }

  it('calls decorated controller methods with deliveries', async () => {
    const { consumer, scene, strategy } = await start();

    await scene.publish(['a'], [0, 3]);

    await until(() => consumer.captured.length === 3, { what: 'three deliveries' });
    expect(consumer.captured.map(({ event }) => event.version)).toEqual([0n, 1n, 2n]);
    expect(consumer.captured[0]?.attempt).toBe(1);
    expect(strategy.isReady()).toBe(true);
  });

  it("calls methods that are declared with Nest's own decorator and name their group", async () => {
    const { consumer, scene } = await start();

    await scene.publish(['a'], [0, 3]);

    await until(() => consumer.plain.length === 3, { what: 'three deliveries' });
    expect(consumer.plain.map(({ event }) => event.version)).toEqual([0n, 1n, 2n]);
  });

  it.each([
    ['a rejected promise', 'refusing', 'TEST_REFUSED'],
    ['an observable that errors', 'streaming', 'TEST_STREAM'],
  ])('keeps the class of a failure through Nest: %s', async (_, group, code) => {
    const { broker, scene } = await start();
    const topic = `payments.v1.test.${group}.dlt`;

    await scene.publish(['a'], [0, 1]);

    await until(() => broker.messagesOf(topic).length === 1, { what: 'the dead letter' });
    const [letter] = broker.messagesOf(topic);
    expect(letter?.headers[deadLetterHeaders.failureCode]).toBe(code);
    expect(letter?.headers[deadLetterHeaders.attempts]).toBe('1');
  });

  it('gives raw handlers every message undecoded, poison included', async () => {
    const { broker, consumer } = await start();
    const poison = { topic: 'payments.v1', key: 'x', value: Buffer.from('poison'), headers: {} };

    await broker.publish([poison, { ...poison, value: null }]);

    await until(() => consumer.raw.length >= 4, { what: 'two messages and their dead letters' });
    const originals = consumer.raw.filter(({ topic }) => topic === 'payments.v1');
    expect(originals.map(({ value }) => value?.toString())).toEqual(['poison', undefined]);
    expect(consumer.captured).toEqual([]);
  });

  it('refuses to start while a topic is missing', async () => {
    await expect(start('orders.v1')).rejects.toMatchObject({ code: 'TOPIC_MISSING' });
  });
});

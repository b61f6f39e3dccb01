import { Logger } from '@nestjs/common';
import { LocalSchemaIds, localCodec } from '@sluice/contracts/testing';
import { DependencyDown, PermanentFailure, TransientFailure } from '@sluice/failure';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BrokerListener } from './broker.ts';
import { deadLetterHeaders } from './headers.ts';
import { partitionOf } from './partitioner.ts';
import { InMemoryBroker, until } from './testing/index.ts';
import { Scene } from './testing/scene.ts';

Logger.overrideLogger(false);

const topic = 'payments.v1';

describe('ConsumerGroup', () => {
  let broker: InMemoryBroker;
  let scene: Scene;
  let listener: BrokerListener | undefined;

  beforeEach(async () => {
    broker = new InMemoryBroker();
    const schemaIds = new LocalSchemaIds();
    scene = new Scene({
      publisher: broker,
      codec: await localCodec(schemaIds),
      addSchema: (schema) => schemaIds.add(schema),
      write: (messages) => broker.write(messages),
      connect: () => ({
        partitionCounts: (topics) => broker.partitionCounts(topics),
        createConsumer: (options) => {
          ({ listener } = options);
          return broker.createConsumer(options);
        },
        close: () => broker.close(),
      }),
      createTopics: (names) => {
        for (const name of names) broker.createTopic(name, 2);
        return Promise.resolve();
      },
    });
  });

  afterEach(() => scene.closeAll());

  function committed(key: string): bigint {
    const partition = partitionOf(scene.keyOf(key), 2);
    return broker.committedOf(scene.group, { topic, partition });
  }

  function letters(): ReturnType<InMemoryBroker['messagesOf']> {
    return broker.messagesOf(`${topic}.${scene.group}.dlt`);
  }

  it('does not commit a message whose dead letter cannot be written, and writes it later', async () => {
    const strategy = await scene.consume(
      () => {
        throw new PermanentFailure('TEST_NO', 'Never.');
      },
      { onFailure: 'dead-letter' },
    );
    await scene.publish(['a'], [0, 1]);
    await until(() => letters().length === 1, { what: 'the first dead letter' });
    await until(() => committed('a') === 1n, { what: 'its commit' });

    broker.refusePublishing(new DependencyDown('kafka', 'Down.'));
    broker.append(scene.message('a', 1));
    broker.wake();
    await until(() => !strategy.isReady(), { what: 'standing still' });
    expect(committed('a')).toBe(1n);

    broker.refusePublishing(undefined);
    await until(() => letters().length === 2, { what: 'the second dead letter' });
    await until(() => committed('a') === 2n, { what: 'the second commit' });
  });

  it('waits for the parking store instead of giving a key up', async () => {
    const strategy = await scene.consume(
      () => {
        throw new TransientFailure('TEST_LATER', 'Later.');
      },
      { attemptsMax: 1 },
    );
    await until(() => strategy.isReady(), { what: 'readiness' });
    scene.parking.refuse(new DependencyDown('postgres', 'Down.'));
    await scene.publish(['a'], [0, 2]);
    await until(() => !strategy.isReady(), { what: 'standing still' });
    expect(committed('a')).toBe(0n);

    scene.parking.refuse(undefined);

    const parked = (): number =>
      scene.parking.inspect(scene.group, scene.keyOf('a'))?.messages.length ?? 0;
    await until(() => parked() === 2, { what: 'two parked events' });
    await until(() => committed('a') === 2n, { what: 'the commit' });
    expect(letters()).toEqual([]);
  });

  it('quarantines a parked key whose replay never will pass', async () => {
    let isHopeless = false;
    await scene.consume(
      () => {
        if (isHopeless) throw new PermanentFailure('TEST_NO', 'Never.');
        throw new TransientFailure('TEST_LATER', 'Later.');
      },
      { attemptsMax: 1 },
    );
    await scene.publish(['a'], [0, 2]);
    const parked = (): ReturnType<typeof scene.parking.inspect> =>
      scene.parking.inspect(scene.group, scene.keyOf('a'));
    await until(() => parked()?.messages.length === 2, { what: 'two parked events' });

    isHopeless = true;
    scene.parking.retryNow(scene.group, scene.keyOf('a'));

    await until(() => parked()?.state === 'quarantined', { what: 'the quarantine' });
    expect(letters().map(({ headers }) => headers[deadLetterHeaders.failureCode])).toEqual([
      'TEST_NO',
    ]);
    expect(parked()?.messages).toHaveLength(2);
  });

  it('parks at once what asks for a longer wait than memory bears', async () => {
    let calls = 0;
    await scene.consume(() => {
      calls += 1;
      throw new TransientFailure('TEST_RATE', 'Slow down.', { retryAfterMs: 60_000 });
    });
    await scene.publish(['a'], [0, 1]);
    const parked = (): ReturnType<typeof scene.parking.inspect> =>
      scene.parking.inspect(scene.group, scene.keyOf('a'));
    await until(() => parked() !== undefined, { what: 'the parked key' });

    expect(calls).toBe(1);
    expect(parked()?.nextAtMs).toBeGreaterThan(Date.now() + 50_000);
  });

  it('keeps keys waiting that were parked before it started', async () => {
    const handled: string[] = [];
    const message = scene.message('a', 0);
    await scene.parking.park({
      consumer: scene.group,
      key: scene.keyOf('a'),
      message: { ...message, partition: 0, offset: 99n, timestampMs: 0n },
      state: 'quarantined',
      attempts: 5,
      nextAtMs: 0,
      cause: { code: 'TEST_NO', message: 'Never.', failureClass: 'permanent' },
    });
    await scene.publish(['a', 'b'], [0, 2]);
    await scene.consume((deliveries) => {
      for (const { event } of deliveries) handled.push(event.key);
    });

    await until(() => handled.length === 2, { what: 'the other key' });
    const parked = scene.parking.inspect(scene.group, scene.keyOf('a'));
    await until(() => parked?.messages.length === 3, { what: 'three waiting events' });
    expect(handled).toEqual([scene.keyOf('b'), scene.keyOf('b')]);
  });

  it('fetches on after a change of the group that came while fetching was paused', async () => {
    const stuck = Promise.withResolvers<void>();
    const handled = new Set<string>();
    const limits = { recordsMax: 4, roomWaitMs: 1, drainMs: 20 };
    await scene.consume(
      async ([delivery]) => {
        await stuck.promise;
        handled.add(String(delivery?.event.version));
      },
      { limits },
    );
    await scene.publish(['a'], [0, 150]);
    await new Promise((resolve) => setTimeout(resolve, 50));

    const other = await scene.consume(() => undefined);
    stuck.resolve();
    await scene.close(other);

    await until(() => handled.size === 150, { what: 'all events' });
  });

  it('begins nothing new when the group changes while it is being closed', async () => {
    const first = Promise.withResolvers<void>();
    const begun: string[] = [];
    const strategy = await scene.consume(
      async ([delivery]) => {
        begun.push(String(delivery?.event.version));
        await first.promise;
      },
      { limits: { drainMs: 200 } },
    );
    await scene.publish(['a'], [0, 3]);
    await until(() => begun.length === 1, { what: 'the first event' });

    const closing = scene.close(strategy);
    const messages = broker.messagesOf(topic);
    const place = { topic, partition: messages[0]?.partition ?? 0 };
    listener?.assigned([place]);
    await listener?.received({ ...place, messages, highWatermark: 3n });
    await new Promise((resolve) => setTimeout(resolve, 50));
    first.resolve();
    await closing;

    expect(begun).toEqual(['0']);
  });

  it('writes one dead letter for a quarantined key although parking fails several times', async () => {
    await scene.consume(() => {
      scene.parking.refuse(new DependencyDown('postgres', 'Down.'));
      throw new PermanentFailure('TEST_NO', 'Never.');
    });
    await scene.publish(['a'], [0, 1]);
    await new Promise((resolve) => setTimeout(resolve, 200));
    scene.parking.refuse(undefined);
    const parked = (): ReturnType<typeof scene.parking.inspect> =>
      scene.parking.inspect(scene.group, scene.keyOf('a'));
    await until(() => parked()?.state === 'quarantined', { what: 'the quarantine' });
    await until(() => committed('a') === 1n, { what: 'the commit' });

    expect(letters()).toHaveLength(1);
  });

  it('writes a dead letter without its value when the value is too large, and goes on', async () => {
    const handled: string[] = [];
    await scene.consume((deliveries) => {
      for (const { event } of deliveries) handled.push(String(event.version));
    });
    const large = Buffer.alloc(100, 'x');
    broker.refuseValuesOver(50, new PermanentFailure('PUBLISH_REFUSED', 'Too large.'));
    broker.append({ ...scene.message('a', 0), value: large });
    broker.append(scene.message('a', 1));
    broker.wake();

    await until(() => handled.length === 1, { what: 'the next event' });
    await until(() => committed('a') === 2n, { what: 'the commit' });
    expect(letters()).toMatchObject([
      { value: null, headers: { [deadLetterHeaders.valueLeftOut]: '100' } },
    ]);
  });

  it('commits again by itself what could not be committed', async () => {
    await scene.consume(() => undefined);
    broker.refuseCommits(1);
    await scene.publish(['a'], [0, 1]);

    await until(() => committed('a') === 1n, { what: 'the commit' });
  });

  it('replays other keys while the replay of one hangs, and closes all the same', async () => {
    const released = new Set<string>();
    let isReplay = false;
    const strategy = await scene.consume(
      ([delivery]) => {
        if (!isReplay) throw new TransientFailure('TEST_LATER', 'Later.');
        const key = delivery?.event.key ?? '';
        if (key === scene.keyOf('hangs')) return new Promise(() => undefined);
        released.add(key);
        return undefined;
      },
      { attemptsMax: 1, limits: { drainMs: 50 } },
    );
    await scene.publish(['hangs', 'b'], [0, 1]);
    const isParked = (key: string): boolean =>
      scene.parking.inspect(scene.group, scene.keyOf(key)) !== undefined;
    await until(() => isParked('hangs') && isParked('b'), { what: 'two parked keys' });

    isReplay = true;
    scene.parking.retryNow(scene.group, scene.keyOf('hangs'));
    await new Promise((resolve) => setTimeout(resolve, 100));
    scene.parking.retryNow(scene.group, scene.keyOf('b'));

    await until(() => released.has(scene.keyOf('b')), { what: 'the other key' });
    await scene.close(strategy);
  });

  it('gives no weight to what a handler says after the group has changed', async () => {
    const key = ['a', 'b', 'c', 'd', 'e'].find((each) => partitionOf(scene.keyOf(each), 2) === 0);
    if (key === undefined) throw new Error('No key on the first partition.');
    const calls: (() => void)[] = [];
    const handle = (): Promise<void> => new Promise((resolve) => void calls.push(resolve));
    const limits = { drainMs: 30, commitDelayMs: 1 };
    const strategy = await scene.consume(handle, { limits });
    await scene.publish([key], [0, 1]);
    await until(() => calls.length === 1, { what: 'the first call' });
    const buffered = (): number => strategy.describe()[0]?.bufferedRecords ?? 0;

    await scene.consume(handle, { limits });
    await until(() => buffered() === 1, { what: 'the message once more' });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(calls).toHaveLength(1);
    calls[0]?.();
    await until(() => calls.length === 2, { what: 'the call that counts' });
    expect(buffered()).toBe(1);
    expect(committed(key)).toBe(0n);

    calls[1]?.();
    await until(() => committed(key) === 1n, { what: 'the commit' });
  });
});

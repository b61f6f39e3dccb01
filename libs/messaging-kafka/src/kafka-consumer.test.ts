import { Logger } from '@nestjs/common';
import type { BrokerListener } from '@sluice/messaging';
import type { Kafka } from 'kafkajs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeConsumer } from './fixtures/fake-consumer.ts';
import { KafkaConsumer } from './kafka-consumer.ts';

Logger.overrideLogger(false);

const silenceMsMax = 60_000;
const listener: BrokerListener = {
  assigned: () => undefined,
  revoked: () => Promise.resolve(),
  received: () => Promise.resolve(),
};

describe('KafkaConsumer', () => {
  const members: FakeConsumer[] = [];
  let consumer: KafkaConsumer;

  function newestMember(): FakeConsumer {
    const newest = members.at(-1);
    if (newest === undefined) throw new Error('There is no member.');
    return newest;
  }

  beforeEach(async () => {
    vi.useFakeTimers();
    members.length = 0;
    const kafka = {
      consumer: () => {
        const member = new FakeConsumer();
        members.push(member);
        return member;
      },
    } as unknown as Kafka;
    const settings = { brokers: [], clientId: 'test', silenceMsMax };
    consumer = new KafkaConsumer({ kafka, settings, group: 'g', topics: ['t'], listener });
    const started = consumer.start();
    await newestMember().running.promise;
    newestMember().join({ t: [0] });
    await started;
  });

  afterEach(async () => {
    await consumer.stop();
    vi.useRealTimers();
  });

  it('lets a member live that fetches nothing but heart-beats', async () => {
    for (let minute = 0; minute < 5; minute += 1) {
      await vi.advanceTimersByTimeAsync(silenceMsMax / 2);
      newestMember().emit('heartbeat');
    }

    expect(members).toHaveLength(1);
    expect(consumer.state().isJoined).toBe(true);
  });

  it('makes a new member when one neither fetched nor heart-beat for too long', async () => {
    await vi.advanceTimersByTimeAsync(silenceMsMax + 20_000);

    expect(members.length).toBeGreaterThan(1);
    expect(members[0]?.isDisconnected).toBe(true);
    expect(consumer.state().isJoined).toBe(false);

    newestMember().join({ t: [0] });

    expect(consumer.state()).toMatchObject({ isJoined: true });
  });

  it('makes a new member after a crash and says meanwhile what is wrong', async () => {
    newestMember().emit('crash', { payload: { error: new Error('broker gone') } });
    await vi.advanceTimersByTimeAsync(0);
    expect(consumer.state()).toMatchObject({ isJoined: false, trouble: 'broker gone' });

    await vi.advanceTimersByTimeAsync(10_000);

    expect(members).toHaveLength(2);
  });
});

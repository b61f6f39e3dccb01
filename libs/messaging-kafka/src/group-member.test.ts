import type { BrokerListener, FetchedBatch, TopicPartition } from '@sluice/messaging';
import type { EachBatchHandler, EachBatchPayload, Kafka } from 'kafkajs';
import { describe, expect, it } from 'vitest';
import { FakeConsumer } from './fixtures/fake-consumer.ts';
import { GroupMember } from './group-member.ts';

class NotingListener implements BrokerListener {
  readonly assignments: (readonly TopicPartition[])[] = [];
  readonly batches: FetchedBatch[] = [];
  revocations = 0;

  assigned(partitions: readonly TopicPartition[]): void {
    this.assignments.push(partitions);
  }

  revoked(): Promise<void> {
    this.revocations += 1;
    return Promise.resolve();
  }

  received(batch: FetchedBatch): Promise<void> {
    this.batches.push(batch);
    return Promise.resolve();
  }
}

function batchAt(offset: number, resolved: string[]): EachBatchPayload {
  const message = {
    key: Buffer.from('k'),
    value: Buffer.from('v'),
    headers: { one: Buffer.from('1'), many: [Buffer.from('a'), Buffer.from('b')], none: undefined },
    offset: String(offset),
    timestamp: '1768478400000',
  };
  return {
    batch: { topic: 't', partition: 1, highWatermark: '9', messages: [message] },
    resolveOffset: (each: string) => resolved.push(each),
  } as never;
}

async function started(): Promise<{
  consumer: FakeConsumer;
  listener: NotingListener;
  member: GroupMember;
  living: Promise<string>;
  eachBatch: EachBatchHandler;
}> {
  const consumer = new FakeConsumer();
  const listener = new NotingListener();
  const member = new GroupMember(
    {
      kafka: { consumer: () => consumer } as unknown as Kafka,
      settings: { brokers: [], clientId: 'test' },
      group: 'g',
      topics: ['t'],
      listener,
    },
    () => undefined,
  );
  const living = member.run();
  const eachBatch = await consumer.running.promise;
  return { consumer, listener, member, living, eachBatch };
}

describe('GroupMember', () => {
  it('hands a batch over with text headers and resolves its last offset', async () => {
    const { consumer, listener, eachBatch } = await started();
    consumer.join({ t: [0, 1] });
    const resolved: string[] = [];

    await eachBatch(batchAt(7, resolved));

    expect(listener.assignments).toEqual([
      [
        { topic: 't', partition: 0 },
        { topic: 't', partition: 1 },
      ],
    ]);
    expect(listener.batches[0]?.messages[0]).toMatchObject({
      key: 'k',
      offset: 7n,
      headers: { one: '1', many: 'a' },
    });
    expect(resolved).toEqual(['7']);
  });

  it('lives on through a rebalance that it was told of', async () => {
    const { consumer, listener, member } = await started();
    consumer.join({ t: [0, 1] });
    consumer.emit('rebalancing');
    expect(member.isJoined).toBe(false);

    consumer.join({ t: [1] });

    expect(member.isJoined).toBe(true);
    expect(listener.revocations).toBe(1);
    expect(listener.assignments).toHaveLength(2);
  });

  it('ends its life when kafkajs joins behind its back, and resolves nothing more', async () => {
    const { consumer, listener, eachBatch, living } = await started();
    consumer.join({ t: [0, 1] });
    consumer.join({ t: [0, 1] });
    const resolved: string[] = [];

    await eachBatch(batchAt(50, resolved));

    expect(await living).toBe('joined without a rebalance');
    expect(resolved).toEqual([]);
    expect(listener.batches).toEqual([]);
    expect(consumer.isDisconnected).toBe(true);
  });

  it('ends its life with the reason of a crash', async () => {
    const { consumer, living } = await started();
    consumer.emit('crash', { payload: { error: new Error('broker gone') } });

    expect(await living).toBe('broker gone');
  });

  it('ends its life instead of throwing when kafkajs refuses a pause in mid-crash', async () => {
    const { consumer, member, living } = await started();
    consumer.join({ t: [0] });

    member.pause([{ topic: 't', partition: 0 }]);

    expect(await living).toBe('Consumer group was not initialized');
  });
});

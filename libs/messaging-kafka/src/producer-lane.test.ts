import { Logger } from '@nestjs/common';
import type { WireMessage } from '@sluice/messaging';
import { partitionOf } from '@sluice/messaging';
import type { ProducerBatch, RecordMetadata } from 'kafkajs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ProducerLane } from './producer-lane.ts';
import type { LaneLimits, LaneProducer } from './producer-lane.ts';

Logger.overrideLogger(false);

type Reply = (batch: ProducerBatch) => Promise<RecordMetadata[]> | RecordMetadata[];

const partitionCount = 4;

/** kafkajs as far as a lane sees it; each producer answers by the script, then writes everything. */
class FakeCluster {
  readonly batches: ProducerBatch[] = [];
  readonly script: Reply[] = [];
  producers = 0;
  disconnected = 0;
  outstanding = 0;
  mostOutstanding = 0;

  makeProducer(): LaneProducer {
    this.producers += 1;
    return {
      connect: () => Promise.resolve(),
      disconnect: () => {
        this.disconnected += 1;
        return Promise.resolve();
      },
      sendBatch: async (batch) => {
        this.batches.push(batch);
        this.outstanding += 1;
        this.mostOutstanding = Math.max(this.mostOutstanding, this.outstanding);
        await new Promise((resolve) => setImmediate(resolve));
        this.outstanding -= 1;
        return (this.script.shift() ?? written)(batch);
      },
    };
  }

  /** Keys in the order in which they were sent, request by request. */
  sentKeys(): string[][] {
    return this.batches.map(({ topicMessages = [] }) =>
      topicMessages.flatMap(({ messages }) => messages.map(({ key }) => String(key))),
    );
  }
}

function written({ topicMessages = [] }: ProducerBatch): RecordMetadata[] {
  const places = topicMessages.flatMap(({ topic, messages }) =>
    messages.map(({ partition = 0 }) => ({ topicName: topic, partition, errorCode: 0 })),
  );
  return [...new Map(places.map((place) => [place.partition, place])).values()];
}

function refused(type: string): Reply {
  return () => Promise.reject(Object.assign(new Error(type), { type }));
}

function message(key: string): WireMessage {
  return { topic: 'payments.v1', key, value: Buffer.from(key), headers: {} };
}

describe('ProducerLane', () => {
  let cluster: FakeCluster;
  let lane: ProducerLane;

  function laneWith(limits: Partial<LaneLimits> = {}): ProducerLane {
    return new ProducerLane({
      makeProducer: () => cluster.makeProducer(),
      countOf: () => Promise.resolve(partitionCount),
      limits: {
        batchMax: 1_000,
        batchBytesMax: 900_000,
        budgetMs: 10_000,
        ackTimeoutMs: 1,
        ...limits,
      },
    });
  }

  beforeEach(() => {
    cluster = new FakeCluster();
    lane = laneWith();
  });

  afterEach(() => lane.close());

  it('sets the partition of every message and asks all replicas', async () => {
    await lane.send([message('a'), message('b')]);

    const [batch] = cluster.batches;
    expect(batch?.acks).toBe(-1);
    expect(batch?.topicMessages?.[0]?.messages.map(({ partition }) => partition)).toEqual([
      partitionOf('a', partitionCount),
      partitionOf('b', partitionCount),
    ]);
  });

  it('never has two requests outstanding, and gathers what waits into the next one', async () => {
    const first = lane.send([message('a')]);
    await new Promise((resolve) => setImmediate(resolve));
    const rest = ['b', 'c', 'd'].map((key) => lane.send([message(key)]));

    await Promise.all([first, ...rest]);

    expect(cluster.mostOutstanding).toBe(1);
    expect(cluster.sentKeys()).toEqual([['a'], ['b', 'c', 'd']]);
  });

  it('sends a partition again that is missing in a reply which resolved', async () => {
    const kept = partitionOf('a', partitionCount);
    const other =
      ['b', 'c', 'd', 'e'].find((key) => partitionOf(key, partitionCount) !== kept) ?? '';
    const lost = partitionOf(other, partitionCount);
    cluster.script.push((batch) => written(batch).filter(({ partition }) => partition !== lost));

    await lane.send([message('a'), message(other)]);

    expect(cluster.sentKeys()).toEqual([['a', other], [other]]);
    expect(cluster.producers).toBe(1);
  });

  it('throws the producer away after a rejected request, and sends with a new one', async () => {
    cluster.script.push(refused('REQUEST_TIMED_OUT'));

    await lane.send([message('a')]);

    expect(cluster.producers).toBe(2);
    expect(cluster.disconnected).toBe(1);
    expect(cluster.sentKeys()).toEqual([['a'], ['a']]);
  });

  it('says that Kafka is down when the budget is over', async () => {
    lane = laneWith({ budgetMs: 0 });
    cluster.script.push(refused('REQUEST_TIMED_OUT'));

    await expect(lane.send([message('a')])).rejects.toMatchObject({
      name: 'DependencyDown',
      dependency: 'kafka',
    });
  });

  it('does not call a partition written that never was acknowledged', async () => {
    lane = laneWith({ budgetMs: 0 });
    cluster.script.push(() => []);

    await expect(lane.send([message('a')])).rejects.toMatchObject({ name: 'DependencyDown' });
  });

  it('refuses only the caller whose message is refused', async () => {
    cluster.script.push(
      refused('MESSAGE_TOO_LARGE'),
      written,
      refused('MESSAGE_TOO_LARGE'),
      written,
    );

    const outcomes = await Promise.allSettled(
      ['a', 'b', 'c'].map((key) => lane.send([message(key)])),
    );

    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(outcomes[1]).toMatchObject({ reason: { code: 'PUBLISH_REFUSED' } });
    expect(cluster.sentKeys()).toEqual([['a', 'b', 'c'], ['a'], ['b'], ['c']]);
  });

  it('keeps the order of callers and splits requests at the limit', async () => {
    lane = laneWith({ batchMax: 2 });

    await Promise.all(['a', 'b', 'c'].map((key) => lane.send([message(key)])));

    expect(cluster.sentKeys()).toEqual([['a', 'b'], ['c']]);
  });

  it('splits what one caller sends at once, by messages and by bytes, and keeps its order', async () => {
    lane = laneWith({ batchMax: 2, batchBytesMax: 500 });
    const large = { ...message('c'), value: Buffer.alloc(450) };

    await lane.send([message('a'), message('b'), large, message('d'), message('e')]);

    expect(cluster.sentKeys()).toEqual([['a', 'b'], ['c'], ['d', 'e']]);
  });

  it('sends what waits before it closes', async () => {
    const sending = lane.send([message('a')]);

    await lane.close();

    await sending;
    expect(cluster.sentKeys()).toEqual([['a']]);
  });
});

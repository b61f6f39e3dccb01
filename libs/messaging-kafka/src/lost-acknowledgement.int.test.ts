import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { until } from '@sluice/messaging/testing';
import type { WireMessage } from '@sluice/messaging';
import { Kafka, logLevel } from 'kafkajs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { BrokerProxy, laneOver, readTopic, requestKeys, socketsThrough } from './testing/index.ts';

Logger.overrideLogger(false);

const brokers = inject('kafkaBrokers').split(',');
const brokerPort = Number(brokers[0]?.split(':')[1]);
const straight = new Kafka({ clientId: 'test', brokers, logLevel: logLevel.NOTHING });
const admin = straight.admin();
const requestTimeoutMs = 1_500;

function message(topic: string, value: string): WireMessage {
  return { topic, key: 'k', value: Buffer.from(value), headers: {} };
}

describe('an acknowledgement that is lost after the broker has written', () => {
  let proxy: BrokerProxy;
  let topic: string;

  /** A client whose connections to the broker go through the proxy, and that waits for replies only a moment. */
  function behindProxy(): Kafka {
    return new Kafka({
      clientId: 'test',
      brokers,
      logLevel: logLevel.NOTHING,
      requestTimeout: requestTimeoutMs,
      socketFactory: socketsThrough(new Map([[brokerPort, proxy]])),
    });
  }

  /** The first reply to a produce request is lost; counts all that come. */
  function loseFirstReply(): { replies: number } {
    const seen = { replies: 0 };
    proxy.onReply = (requestKey) => {
      if (requestKey !== requestKeys.produce) return 'pass';
      seen.replies += 1;
      return seen.replies === 1 ? 'drop' : 'pass';
    };
    return seen;
  }

  async function values(): Promise<string[]> {
    return (await readTopic(straight, topic)).map(({ value }) => value);
  }

  beforeAll(() => admin.connect());

  afterAll(() => admin.disconnect());

  beforeEach(async () => {
    proxy = await BrokerProxy.before(brokerPort);
    topic = `lost-ack-${randomUUID()}`;
    const topics = [{ topic, numPartitions: 1, replicationFactor: 1 }];
    await admin.createTopics({ topics, waitForLeaders: false });
    const hasLeader = async (): Promise<boolean> => {
      const [known] = (await admin.fetchTopicMetadata({ topics: [topic] })).topics;
      return known?.partitions[0]?.leader === 1;
    };
    await until(() => hasLeader().catch(() => false), { what: 'a leader', timeoutMs: 20_000 });
  });

  afterEach(() => proxy.close());

  it('makes stock kafkajs acknowledge a message that an idempotent producer never wrote', async () => {
    const producer = behindProxy().producer({ idempotent: true });
    await producer.connect();
    const seen = loseFirstReply();

    const sends = ['first', 'second'].map((value) =>
      producer.send({ topic, messages: [{ key: 'k', value }] }),
    );
    await expect(Promise.all(sends)).resolves.toHaveLength(2);
    await producer.disconnect();

    expect(seen.replies).toBeGreaterThanOrEqual(3);
    const written = await values();
    expect(written).toHaveLength(2);
    expect(new Set(written).size).toBe(1);
  });

  it('costs a lane a repetition at most: all that is acknowledged is written, in order', async () => {
    const lane = laneOver(behindProxy());
    const seen = loseFirstReply();

    await Promise.all(['first', 'second'].map((value) => lane.send([message(topic, value)])));
    await lane.send([message(topic, 'third')]);
    await lane.close();

    expect(seen.replies).toBeGreaterThanOrEqual(3);
    const written = await values();
    expect([...new Set(written)]).toEqual(['first', 'second', 'third']);
    expect(written).toHaveLength(5);
  });
});

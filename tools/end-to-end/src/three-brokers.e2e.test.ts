import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import {
  defaultStackFolder,
  startStack,
  type ManagedProcess,
  type RunningStack,
} from '@sluice/local-stack';
import { partitionOf } from '@sluice/messaging';
import { createKafka, KafkaPublisher } from '@sluice/messaging-kafka';
import {
  BrokerProxy,
  laneOver,
  readTopic,
  requestKeys,
  socketsThrough,
} from '@sluice/messaging-kafka/testing';
import { Kafka, logLevel, type Admin, type ITopicConfig } from 'kafkajs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { SendingLog } from './testing/sending-log.ts';
import { untilFound } from './wait.ts';

Logger.overrideLogger(false);

const dir = join(defaultStackFolder, `test-three-brokers-${process.pid}`);
const keys = Array.from({ length: 24 }, (_, index) => `key-${index}`);
const partitionCount = 6;
let stack: RunningStack;
let kafka: Kafka;
let admin: Admin;
let topicNumber = 0;

beforeAll(async () => {
  stack = await startStack({ dir, parts: ['kafka'], brokers: 3 });
  kafka = client();
  admin = kafka.admin();
  await admin.connect();
});

afterAll(async () => {
  await admin.disconnect();
  await stack.stop();
  rmSync(dir, { recursive: true, force: true });
});

/** A client as kafkajs comes, patient enough for an election. */
function client(proxies: ReadonlyMap<number, BrokerProxy> = new Map()): Kafka {
  return new Kafka({
    clientId: 'test',
    brokers: stack.kafkaBrokers.split(','),
    logLevel: logLevel.NOTHING,
    // A question to a halted broker is asked again elsewhere.
    requestTimeout: 4_000,
    retry: { retries: 30, initialRetryTime: 300, maxRetryTime: 1_000 },
    socketFactory: socketsThrough(proxies),
  });
}

async function newTopic(config: Partial<ITopicConfig> = {}): Promise<string> {
  const topic = `three-brokers-${topicNumber++}`;
  const wanted = { topic, numPartitions: partitionCount, replicationFactor: 3, ...config };
  await admin.createTopics({ topics: [wanted], waitForLeaders: false });
  await untilFound(`leaders of ${topic}`, async () => {
    const leaders = await leadersOf(topic).catch(() => []);
    return leaders.length > 0 && leaders.every((leader) => leader > 0) ? leaders : undefined;
  });
  return topic;
}

/** Leader of each partition; none for one that has none at the moment. */
async function leadersOf(topic: string): Promise<number[]> {
  const [known] = (await admin.fetchTopicMetadata({ topics: [topic] })).topics;
  const partitions = known?.partitions ?? [];
  return partitions.toSorted((a, b) => a.partitionId - b.partitionId).map(({ leader }) => leader);
}

/** A broker that has just come back may not know a new topic yet. */
async function firstLeaderOf(topic: string): Promise<number> {
  return await untilFound(`a leader of ${topic}`, async () => {
    const [first] = await leadersOf(topic).catch(() => []);
    return first;
  });
}

async function moved(topic: string, from: number): Promise<void> {
  const hasMoved = async (): Promise<true | undefined> => {
    const leaders = await leadersOf(topic).catch(() => [from]);
    return leaders.some((leader) => leader === from || leader < 1) ? undefined : true;
  };
  await untilFound(`new leaders of ${topic}`, hasMoved, 90_000);
}

/** Every partition of a topic on these brokers, the first of which is to lead. */
function assignTo(replicas: number[]): { partition: number; replicas: number[] }[] {
  return Array.from({ length: partitionCount }, (_, partition) => ({ partition, replicas }));
}

function brokerOf(id: number): ManagedProcess {
  const node = stack.brokers.find((each) => each.id === id);
  if (node === undefined) throw new Error(`There is no broker ${id}.`);
  return node.process;
}

/** A key that Kafka's own partitioner puts there. */
function keyOn(partition: number, partitions: number): string {
  return keys.find((key) => partitionOf(key, partitions) === partition) ?? '';
}

/** Plays a fault while messages flow, and looks at what the topic holds afterwards. */
async function sendDuring(topic: string, fault: () => Promise<void>): Promise<SendingLog> {
  const publisher = new KafkaPublisher({
    kafka: { brokers: stack.kafkaBrokers.split(','), clientId: 'test' },
    lanes: 2,
  });
  const sending = new SendingLog(publisher, topic, keys);
  const acknowledged = async (count: number): Promise<void> => {
    const goal = sending.acknowledgedCount + count;
    await untilFound(`${count} acknowledgements`, () =>
      Promise.resolve(sending.acknowledgedCount >= goal ? true : undefined),
    );
  };
  sending.start();
  await acknowledged(500);
  await fault();
  await acknowledged(500);
  await sending.stop();
  await publisher.close();
  return sending;
}

async function expectWhole(sending: SendingLog, topic: string): Promise<void> {
  const verdict = sending.judge(await readTopic(kafka, topic));
  const { calls, rejected, acknowledgedCount } = sending;
  const figures = { calls, rejected, acknowledged: acknowledgedCount, repeats: verdict.repeats };
  process.stdout.write(`${topic}: ${JSON.stringify(figures)}\n`);
  expect(acknowledgedCount).toBeGreaterThanOrEqual(1_000);
  expect({ ...verdict, repeats: 0 }).toEqual({ lost: [], disordered: [], repeats: 0 });
}

describe('a publisher on three brokers', () => {
  it('keeps what was acknowledged, and the order of each key, while leaders move', async () => {
    const topic = await newTopic();

    const sending = await sendDuring(topic, async () => {
      for (const id of [1, 2]) {
        const others = [1, 2, 3].filter((each) => each !== id);
        await admin.alterPartitionReassignments({
          topics: [{ topic, partitionAssignment: assignTo(others) }],
        });
        await moved(topic, id);
        await admin.alterPartitionReassignments({
          topics: [{ topic, partitionAssignment: assignTo([...others, id]) }],
        });
      }
    });

    await expectWhole(sending, topic);
  });

  it('keeps what was acknowledged, and the order of each key, through kill -9 of a leader', async () => {
    const topic = await newTopic();
    const leader = await firstLeaderOf(topic);

    const sending = await sendDuring(topic, async () => {
      await brokerOf(leader).kill('SIGKILL');
      await moved(topic, leader);
    });
    await brokerOf(leader).start();

    await expectWhole(sending, topic);
  });

  it('keeps what was acknowledged, and the order of each key, through a leader that halts', async () => {
    const topic = await newTopic();
    const leader = await firstLeaderOf(topic);

    const sending = await sendDuring(topic, async () => {
      await brokerOf(leader).kill('SIGSTOP');
      try {
        await moved(topic, leader);
      } finally {
        await brokerOf(leader).kill('SIGCONT');
      }
    });

    await expectWhole(sending, topic);
  });
});

describe('a leader that moves to a broker which has already answered', () => {
  const proxies = new Map<number, BrokerProxy>();

  afterEach(async () => {
    await Promise.all([...proxies.values()].map((proxy) => proxy.close()));
    proxies.clear();
    await brokerOf(1).start();
  });

  async function proxyBefore(id: number): Promise<BrokerProxy> {
    const port = Number(stack.brokers[id - 1]?.address.split(':')[1]);
    const proxy = await BrokerProxy.before(port);
    proxies.set(port, proxy);
    return proxy;
  }

  /**
   * Partition 0 is led by broker 1 and partition 1 by broker 2. Requests to broker 1 hang; once broker 2 has answered,
   * broker 1 dies, and broker 2 leads both.
   */
  async function prepare(): Promise<{ topic: string; move: () => Promise<void> }> {
    const topic = await newTopic({
      numPartitions: -1,
      replicationFactor: -1,
      replicaAssignment: [
        { partition: 0, replicas: [1, 2] },
        { partition: 1, replicas: [2, 1] },
      ],
      configEntries: [{ name: 'min.insync.replicas', value: '1' }],
    });
    await untilFound('both leaders', async () => {
      const leaders = await leadersOf(topic).catch(() => []);
      return leaders.join(',') === '1,2' ? leaders : undefined;
    });
    const [first, second] = [await proxyBefore(1), await proxyBefore(2)];
    const hasAnswered = Promise.withResolvers<void>();
    first.onRequest = (key) => (key === requestKeys.produce ? 'hold' : 'pass');
    second.onReply = (key) => {
      if (key === requestKeys.produce) hasAnswered.resolve();
      return 'pass';
    };
    const move = async (): Promise<void> => {
      await hasAnswered.promise;
      await untilFound('the request that hangs', () =>
        Promise.resolve(first.heldCount > 0 ? true : undefined),
      );
      await brokerOf(1).kill('SIGKILL');
      await first.close();
      await moved(topic, 1);
    };
    return { topic, move };
  }

  const both = [0, 1].map((partition) => ({ partition, key: `key-${partition}`, value: 'sent' }));

  it('makes stock kafkajs acknowledge a batch of which it never sent a part', async () => {
    const { topic, move } = await prepare();
    const producer = client(proxies).producer();
    await producer.connect();

    const sending = producer.sendBatch({ acks: -1, topicMessages: [{ topic, messages: both }] });
    await move();
    const reply = await sending;
    await producer.disconnect();

    expect(reply.map(({ partition }) => partition)).toEqual([1]);
    const written = await readTopic(kafka, topic);
    expect(written.map(({ partition }) => partition)).toEqual([1]);
  });

  it('makes a lane send that part again before it acknowledges', async () => {
    const { topic, move } = await prepare();
    const settings = { brokers: stack.kafkaBrokers.split(','), clientId: 'test' };
    const lane = laneOver(createKafka(settings, socketsThrough(proxies)));
    const [zero, one] = [0, 1].map((partition) => keyOn(partition, 2));

    const sending = lane.send(
      [zero, one].map((key = '') => ({ topic, key, value: Buffer.from('sent'), headers: {} })),
    );
    await move();
    await sending;
    await lane.close();

    const written = await readTopic(kafka, topic);
    expect(new Set(written.map(({ key }) => key))).toEqual(new Set([zero, one]));
  });
});

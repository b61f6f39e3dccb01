import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Consumer, type ISocketFactory, Kafka, type KafkaMessage, logLevel } from 'kafkajs';
import { wallClockMs } from '../product/paced-commits.ts';
import type { SeenEvent } from './stream-check.ts';

/** An event and when it came out, on the wall clock. */
export interface ArrivedEvent extends SeenEvent {
  readonly atMs: number;
}

const lookEveryMs = 20;

/** Stock kafkajs leaves Nagle's algorithm on, which would add to the latency of everybody alike. */
const undelayedSocket: ISocketFactory = ({ host, port, onConnect }) =>
  connect({ host, port, noDelay: true }, onConnect);

/** Reads a topic as it is written and tells when each message came. */
export class LiveTail {
  private readonly consumer: Consumer;
  private arrived: ArrivedEvent[] = [];

  private constructor(consumer: Consumer) {
    this.consumer = consumer;
  }

  /** Joins and begins at the end of the topic; only what comes from now on is seen. */
  static async open(options: {
    readonly brokers: string;
    readonly topic: string;
    readonly readEvent: (message: KafkaMessage) => SeenEvent;
  }): Promise<LiveTail> {
    const { brokers, topic, readEvent } = options;
    const kafka = new Kafka({
      clientId: 'benchmark-tail',
      brokers: brokers.split(','),
      logLevel: logLevel.NOTHING,
      socketFactory: undelayedSocket,
    });
    const consumer = kafka.consumer({ groupId: `benchmark.live.${randomUUID()}` });
    const tail = new LiveTail(consumer);
    const joined = Promise.withResolvers<void>();
    consumer.on(consumer.events.GROUP_JOIN, () => joined.resolve());
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: false });
    await consumer.run({
      autoCommit: false,
      partitionsConsumedConcurrently: 6,
      eachBatch: async ({ batch }) => {
        const atMs = wallClockMs();
        for (const message of batch.messages) tail.arrived.push({ ...readEvent(message), atMs });
        await Promise.resolve();
      },
    });
    await joined.promise;
    return tail;
  }

  /** Forgets what has arrived. */
  clear(): void {
    this.arrived = [];
  }

  /** What has arrived since it was last cleared. */
  get events(): readonly ArrivedEvent[] {
    return this.arrived;
  }

  /** Resolves when this many have arrived; false when the time is over. */
  async reached(count: number, timeoutMs: number): Promise<boolean> {
    const deadlineMs = performance.now() + timeoutMs;
    while (this.arrived.length < count) {
      if (performance.now() > deadlineMs) return false;
      await sleep(lookEveryMs);
    }
    return true;
  }

  async close(): Promise<void> {
    await this.consumer.disconnect();
  }
}

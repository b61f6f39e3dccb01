import { setTimeout as sleep } from 'node:timers/promises';
import { randomUUID } from 'node:crypto';
import { type Admin, type Consumer, Kafka, type KafkaMessage, logLevel } from 'kafkajs';

const lookEveryMs = 20;
const readTimeoutMs = 60_000;

/** Looks at the end of a topic: how much has arrived, and afterwards what. */
export class TopicTail {
  private readonly topic: string;
  private readonly admin: Admin;
  private readonly consumer: Consumer;
  private readonly collected = new Map<string, KafkaMessage>();
  private mark: ReadonlyMap<number, bigint> = new Map();

  private constructor(kafka: Kafka, topic: string) {
    this.topic = topic;
    this.admin = kafka.admin();
    this.consumer = kafka.consumer({ groupId: `benchmark.tail.${randomUUID()}` });
  }

  /** Joins once and pauses, so that reading later costs no join. */
  static async open(brokers: string, topic: string): Promise<TopicTail> {
    const kafka = new Kafka({
      clientId: 'benchmark',
      brokers: brokers.split(','),
      logLevel: logLevel.NOTHING,
    });
    const tail = new TopicTail(kafka, topic);
    const joined = Promise.withResolvers<void>();
    tail.consumer.on(tail.consumer.events.GROUP_JOIN, () => joined.resolve());
    await Promise.all([tail.admin.connect(), tail.consumer.connect()]);
    await tail.consumer.subscribe({ topic, fromBeginning: true });
    await tail.consumer.run({
      autoCommit: false,
      eachMessage: async ({ partition, message }) => {
        tail.collected.set(`${partition}:${message.offset}`, message);
        await Promise.resolve();
      },
    });
    await joined.promise;
    tail.consumer.pause([{ topic }]);
    return tail;
  }

  /** Remembers where the topic ends now. */
  async setMark(): Promise<void> {
    this.mark = await this.ends();
  }

  /** Resolves when this many messages have arrived since the mark; false when the time is over. */
  async reached(count: number, timeoutMs: number): Promise<boolean> {
    const deadlineMs = performance.now() + timeoutMs;
    while ((await this.countSinceMark()) < count) {
      if (performance.now() > deadlineMs) return false;
      await sleep(lookEveryMs);
    }
    return true;
  }

  /** Messages that have arrived since the mark. */
  async countSinceMark(): Promise<number> {
    return countBetween(this.mark, await this.ends());
  }

  /** Reads everything since the mark, partition by partition. */
  async readSinceMark(): Promise<readonly KafkaMessage[]> {
    const ends = await this.ends();
    const count = countBetween(this.mark, ends);
    const { topic, mark } = this;
    this.collected.clear();
    for (const [partition, offset] of mark) {
      this.consumer.seek({ topic, partition, offset: offset.toString() });
    }
    this.consumer.resume([{ topic }]);
    const deadlineMs = performance.now() + readTimeoutMs;
    const isWhole = (): boolean => this.between(ends).length >= count;
    while (this.collected.size < count || !isWhole()) {
      if (performance.now() > deadlineMs) throw new Error(`${topic} could not be read back.`);
      await sleep(lookEveryMs);
    }
    this.consumer.pause([{ topic }]);
    return this.between(ends);
  }

  async close(): Promise<void> {
    await Promise.all([this.admin.disconnect(), this.consumer.disconnect()]);
  }

  private between(ends: ReadonlyMap<number, bigint>): readonly KafkaMessage[] {
    const found: KafkaMessage[] = [];
    for (const [partition, end] of ends) {
      for (let offset = this.mark.get(partition) ?? 0n; offset < end; offset += 1n) {
        const message = this.collected.get(`${partition}:${offset}`);
        if (message !== undefined) found.push(message);
      }
    }
    return found;
  }

  private async ends(): Promise<ReadonlyMap<number, bigint>> {
    const offsets = await this.admin.fetchTopicOffsets(this.topic);
    return new Map(offsets.map(({ partition, high }) => [partition, BigInt(high)]));
  }
}

function countBetween(from: ReadonlyMap<number, bigint>, to: ReadonlyMap<number, bigint>): number {
  let count = 0n;
  for (const [partition, end] of to) count += end - (from.get(partition) ?? 0n);
  return Number(count);
}

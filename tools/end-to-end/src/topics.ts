import { Kafka, logLevel, type Consumer } from 'kafkajs';

/** A record of a topic, as anyone can read it. */
export interface TopicRecord {
  readonly topic: string;
  readonly key: string;
  readonly value: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

const readMsMax = 60_000;

/** Reads and writes topics directly, by the broker's own protocol. */
export class Topics {
  private readonly kafka: Kafka;

  constructor(brokers: string) {
    const options = { logLevel: logLevel.NOTHING, retry: { retries: 8 } };
    this.kafka = new Kafka({ clientId: 'end-to-end', brokers: brokers.split(','), ...options });
  }

  /** Writes one record with exactly these bytes. */
  async write(topic: string, key: string, value: Buffer): Promise<void> {
    const producer = this.kafka.producer();
    await producer.connect();
    try {
      await producer.send({ topic, messages: [{ key, value }] });
    } finally {
      await producer.disconnect();
    }
  }

  /** All topics of the product and their dead letters. */
  async names(): Promise<string[]> {
    const admin = this.kafka.admin();
    await admin.connect();
    try {
      return (await admin.listTopics()).filter((name) => !name.startsWith('__'));
    } finally {
      await admin.disconnect();
    }
  }

  /** Every record that the topics held when the reading began. */
  async read(topics: readonly string[]): Promise<TopicRecord[]> {
    const remaining = await this.ends(topics);
    if (remaining.size === 0) return [];
    const consumer = this.kafka.consumer({
      groupId: `end-to-end-${Date.now()}`,
      maxWaitTimeInMs: 100,
    });
    await consumer.connect();
    try {
      await consumer.subscribe({ topics: [...topics], fromBeginning: true });
      return await readToEnds(consumer, remaining);
    } finally {
      await consumer.disconnect();
    }
  }

  /** The last offset to read in every partition that holds something. */
  private async ends(topics: readonly string[]): Promise<Map<string, bigint>> {
    const admin = this.kafka.admin();
    await admin.connect();
    try {
      const ends = new Map<string, bigint>();
      for (const topic of topics) {
        for (const { partition, low, high } of await admin.fetchTopicOffsets(topic)) {
          if (BigInt(high) > BigInt(low)) ends.set(`${topic}/${partition}`, BigInt(high) - 1n);
        }
      }
      return ends;
    } finally {
      await admin.disconnect();
    }
  }
}

async function readToEnds(
  consumer: Consumer,
  remaining: Map<string, bigint>,
): Promise<TopicRecord[]> {
  const records: TopicRecord[] = [];
  await new Promise<void>((resolve, reject) => {
    const late = (): void =>
      reject(new Error(`Not read to the end: ${[...remaining.keys()].join(', ')}`));
    const timer = setTimeout(late, readMsMax);
    const run = consumer.run({
      eachMessage: async ({ topic, partition, message }) => {
        const headers = Object.entries(message.headers ?? {});
        records.push({
          topic,
          key: message.key?.toString('utf8') ?? '',
          value: message.value ?? Buffer.alloc(0),
          headers: Object.fromEntries(headers.map(([name, value]) => [name, String(value)])),
        });
        const end = remaining.get(`${topic}/${partition}`);
        if (end !== undefined && BigInt(message.offset) >= end) {
          remaining.delete(`${topic}/${partition}`);
        }
        if (remaining.size > 0) return;
        clearTimeout(timer);
        resolve();
      },
    });
    run.catch(reject);
  });
  return records;
}

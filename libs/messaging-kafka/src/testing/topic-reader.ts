import type { Kafka } from 'kafkajs';

/** One message as it stands in the log. */
export interface LoggedMessage {
  readonly partition: number;
  readonly offset: bigint;
  readonly key: string;
  readonly value: string;
}

/**
 * Reads a whole topic as it stands now, partition by partition in offset order, in a group of its own.
 *
 * Reads what the brokers have, whatever a producer was told. @throws Error when the end is not reached in time.
 */
export async function readTopic(
  kafka: Kafka,
  topic: string,
  timeoutMs = 30_000,
): Promise<readonly LoggedMessage[]> {
  const ends = await endsOf(kafka, topic);
  const read: LoggedMessage[] = [];
  const missing = new Map([...ends].filter(([, end]) => end > 0n));
  const consumer = kafka.consumer({ groupId: `reader-${topic}-${Date.now()}` });
  const isWhole = Promise.withResolvers<void>();
  const timer = setTimeout(
    () => isWhole.reject(new Error(`${topic} was not read in time.`)),
    timeoutMs,
  );
  try {
    if (missing.size === 0) return [];
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachMessage: ({ partition, message }) => {
        const offset = BigInt(message.offset);
        const [key, value] = [String(message.key), String(message.value)];
        read.push({ partition, offset, key, value });
        if (offset + 1n >= (missing.get(partition) ?? 0n)) missing.delete(partition);
        if (missing.size === 0) isWhole.resolve();
        return Promise.resolve();
      },
    });
    await isWhole.promise;
  } finally {
    clearTimeout(timer);
    await consumer.disconnect();
  }
  return read.toSorted((a, b) => a.partition - b.partition || Number(a.offset - b.offset));
}

async function endsOf(kafka: Kafka, topic: string): Promise<ReadonlyMap<number, bigint>> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const offsets = await admin.fetchTopicOffsets(topic);
    return new Map(offsets.map(({ partition, high }) => [partition, BigInt(high)]));
  } finally {
    await admin.disconnect();
  }
}

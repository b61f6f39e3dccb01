import { setTimeout as sleep } from 'node:timers/promises';
import { type Admin, Kafka, logLevel } from 'kafkajs';

const attemptsMax = 60;
const retryDelayMs = 500;

/** Deletes every message of some topics; consumers that come later begin at the end. */
export async function emptyTopics(brokers: string, topics: readonly string[]): Promise<void> {
  const kafka = new Kafka({
    clientId: 'benchmark',
    brokers: brokers.split(','),
    logLevel: logLevel.NOTHING,
  });
  const admin = kafka.admin();
  await admin.connect();
  try {
    for (const topic of topics) await emptyTopic(admin, topic);
  } finally {
    await admin.disconnect();
  }
}

/** A broker that has only just made a topic, or was killed, needs a while until it leads it. */
async function emptyTopic(admin: Admin, topic: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const offsets = await admin.fetchTopicOffsets(topic);
      const partitions = offsets
        .filter(({ low, high }) => low !== high)
        .map(({ partition, high }) => ({ partition, offset: high }));
      if (partitions.length > 0) await admin.deleteTopicRecords({ topic, partitions });
      return;
    } catch (error) {
      if (attempt === attemptsMax) throw error;
      await sleep(retryDelayMs);
    }
  }
}

import type { PartitionBacklog, TopicPartition } from '@sluice/messaging';
import type { Kafka } from 'kafkajs';

/** Asks the brokers how far a group has to go in these partitions; those that do not exist are left out. */
export async function groupBacklog(
  kafka: Kafka,
  group: string,
  partitions: readonly TopicPartition[],
): Promise<readonly PartitionBacklog[]> {
  const topics = [...new Set(partitions.map(({ topic }) => topic))];
  const admin = kafka.admin();
  try {
    await admin.connect();
    const [committed, ...ends] = await Promise.all([
      admin.fetchOffsets({ groupId: group, topics }),
      ...topics.map((topic) => admin.fetchTopicOffsets(topic)),
    ]);
    return partitions.flatMap(({ topic, partition }) => {
      const log = ends[topics.indexOf(topic)]?.find((each) => each.partition === partition);
      if (log === undefined) return [];
      const own = committed
        .find((each) => each.topic === topic)
        ?.partitions.find((each) => each.partition === partition);
      const [oldest, end] = [BigInt(log.low), BigInt(log.high)];
      const offset = BigInt(own?.offset ?? -1);
      return [{ topic, partition, next: offset < oldest ? oldest : offset, end }];
    });
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}

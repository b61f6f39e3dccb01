import kafkajs from 'kafkajs';
import type { TopicCatalogue } from './topic-catalogue.ts';

const { ConfigResourceTypes, Kafka, logLevel } = kafkajs;

export interface TopicsOptions {
  /** Addresses separated by commas. */
  readonly kafkaBrokers: string;
  readonly catalogue: TopicCatalogue;
  /** Copies of every partition. @default 1 */
  readonly replicationFactor?: number;
  /**
   * Copies that must have a message before it is acknowledged: 2 of 3 bear the loss of a broker. Absent leaves a new
   * topic the default of its brokers and an old one as it is.
   */
  readonly insyncReplicasMin?: number;
}

export interface TopicsResult {
  readonly created: readonly string[];
  readonly unchanged: readonly string[];
}

const leaderTimeoutMs = 30_000;
const leaderPollMs = 100;

interface WantedTopic {
  readonly name: string;
  readonly partitions: number;
  readonly retentionMs: number;
  /** The broker's own bound when absent. */
  readonly messageBytesMax?: number;
}

/**
 * Creates the topics that are missing and sets retention and size limits of all. Safe to repeat.
 *
 * The number of partitions of an existing topic is never changed, because that would break the order per key;
 * a difference is a failure that names the topic.
 */
export async function provisionTopics(options: TopicsOptions): Promise<TopicsResult> {
  const brokers = options.kafkaBrokers.split(',').map((broker) => broker.trim());
  const kafka = new Kafka({ clientId: 'provision', brokers, logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  try {
    const wanted = [...options.catalogue.topics, ...options.catalogue.deadLetters];
    const existing = new Set(await admin.listTopics());
    const missing = wanted.filter(({ name }) => !existing.has(name));
    const present = wanted.filter(({ name }) => existing.has(name));
    if (missing.length > 0) {
      const replicationFactor = options.replicationFactor ?? 1;
      await admin.createTopics({
        // kafkajs gives up at once while a broker has not heard of a new topic, so we wait ourselves.
        waitForLeaders: false,
        topics: missing.map((topic) => ({
          topic: topic.name,
          numPartitions: topic.partitions,
          replicationFactor,
          configEntries: configEntriesOf(topic, options.insyncReplicasMin),
        })),
      });
      await waitForLeaders(admin, missing);
    }
    if (present.length > 0) {
      await refuseOtherPartitionCounts(admin, present);
      await admin.alterConfigs({
        validateOnly: false,
        resources: present.map((topic) => ({
          type: ConfigResourceTypes.TOPIC,
          name: topic.name,
          configEntries: configEntriesOf(topic, options.insyncReplicasMin),
        })),
      });
    }
    return {
      created: missing.map(({ name }) => name),
      unchanged: present.map(({ name }) => name),
    };
  } finally {
    await admin.disconnect();
  }
}

function configEntriesOf(
  topic: WantedTopic,
  insyncReplicasMin: number | undefined,
): { name: string; value: string }[] {
  const entries = {
    'retention.ms': topic.retentionMs,
    'max.message.bytes': topic.messageBytesMax,
    'min.insync.replicas': insyncReplicasMin,
  };
  return Object.entries(entries).flatMap(([name, value]) =>
    value === undefined ? [] : [{ name, value: String(value) }],
  );
}

async function refuseOtherPartitionCounts(
  admin: kafkajs.Admin,
  present: readonly WantedTopic[],
): Promise<void> {
  const { topics } = await admin.fetchTopicMetadata({ topics: present.map(({ name }) => name) });
  const counts = new Map(topics.map(({ name, partitions }) => [name, partitions.length]));
  const different = present.filter(({ name, partitions }) => counts.get(name) !== partitions);
  if (different.length === 0) return;
  const named = different.map(
    ({ name, partitions }) => `${name} has ${counts.get(name)} partitions instead of ${partitions}`,
  );
  throw new Error(
    `${named.join('; ')}. Changing the number would break the order of events, so this needs a new topic.`,
  );
}

/** Waits until every partition of every topic has a leader, so that the first sender finds one. */
async function waitForLeaders(admin: kafkajs.Admin, wanted: readonly WantedTopic[]): Promise<void> {
  const deadlineMs = Date.now() + leaderTimeoutMs;
  for (;;) {
    try {
      const { topics } = await admin.fetchTopicMetadata({ topics: wanted.map(({ name }) => name) });
      const leaders = topics.flatMap((topic) => topic.partitions.map(({ leader }) => leader));
      if (topics.length === wanted.length && leaders.every((leader) => leader >= 0)) return;
      if (Date.now() > deadlineMs) throw new Error('The new topics got no leaders in time.');
    } catch (error) {
      if (Date.now() > deadlineMs) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, leaderPollMs));
  }
}

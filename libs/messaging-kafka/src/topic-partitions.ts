import { TransientFailure } from '@sluice/failure';
import type { Kafka } from 'kafkajs';
import { toFailure } from './kafka-failure.ts';

const maxAgeMs = 300_000;
const refreshMsMin = 1_000;

/** Partition counts of all topics, asked once in a while. */
export class TopicPartitions {
  readonly #kafka: Kafka;
  #counts: ReadonlyMap<string, number> = new Map();
  #fetchedAtMs = 0;
  #fetching: Promise<void> | undefined;

  constructor(kafka: Kafka) {
    this.#kafka = kafka;
  }

  /** @throws TransientFailure TOPIC_MISSING; DependencyDown when Kafka does not answer. */
  async countOf(topic: string): Promise<number> {
    const known = this.#counts.get(topic);
    const ageMs = Date.now() - this.#fetchedAtMs;
    if (known !== undefined && ageMs < maxAgeMs) return known;
    // A topic that does not exist must not become a storm of questions.
    if (ageMs < refreshMsMin) await new Promise((resolve) => setTimeout(resolve, refreshMsMin));
    await this.refresh();
    const count = this.#counts.get(topic);
    if (count === undefined) throw new TransientFailure('TOPIC_MISSING', `No topic ${topic}.`);
    return count;
  }

  /** Counts of those of the topics that exist, asked now. */
  async countsOf(topics: readonly string[]): Promise<ReadonlyMap<string, number>> {
    await this.refresh();
    const wanted = new Set(topics);
    return new Map([...this.#counts].filter(([topic]) => wanted.has(topic)));
  }

  /** Asks the brokers; callers at the same time share one question. */
  refresh(): Promise<void> {
    this.#fetching ??= this.#fetch().finally(() => {
      this.#fetching = undefined;
    });
    return this.#fetching;
  }

  async #fetch(): Promise<void> {
    const admin = this.#kafka.admin();
    try {
      await admin.connect();
      const { topics } = await admin.fetchTopicMetadata();
      this.#counts = new Map(topics.map(({ name, partitions }) => [name, partitions.length]));
      this.#fetchedAtMs = Date.now();
    } catch (error) {
      throw toFailure(error);
    } finally {
      await admin.disconnect().catch(() => undefined);
    }
  }
}

import { Logger } from '@nestjs/common';
import { DependencyDown } from '@sluice/failure';
import { jitteredDelayMs, pause } from '@sluice/messaging';
import type {
  BrokerConsumer,
  BrokerConsumerState,
  BrokerListener,
  PartitionBacklog,
  PartitionOffset,
  TopicPartition,
} from '@sluice/messaging';
import type { Kafka } from 'kafkajs';
import { groupBacklog } from './group-backlog.ts';
import { GroupMember } from './group-member.ts';
import type { KafkaSettings } from './kafka-settings.ts';

const startTimeoutMs = 60_000;
const watchIntervalMs = 5_000;
const defaultSilenceMsMax = 60_000;
const rejoinDelay = { delayMs: 200, delayMsMax: 5_000 };

/**
 * One member of a group that never gives up: when kafkajs crashes, falls silent or joins behind our back, the
 * member is thrown away and a new one joins. Everything fetched by an old member counts for nothing.
 */
export class KafkaConsumer implements BrokerConsumer {
  readonly #options: {
    readonly kafka: Kafka;
    readonly settings: KafkaSettings;
    readonly group: string;
    readonly topics: readonly string[];
    readonly listener: BrokerListener;
  };
  readonly #stopping = new AbortController();
  readonly #log: Logger;
  #member: GroupMember | undefined;
  #trouble: string | undefined = 'has not joined yet';
  #living: Promise<void> = Promise.resolve();
  #watch: NodeJS.Timeout | undefined;

  constructor(options: {
    kafka: Kafka;
    settings: KafkaSettings;
    group: string;
    topics: readonly string[];
    listener: BrokerListener;
  }) {
    this.#options = options;
    this.#log = new Logger(`KafkaConsumer ${options.group}`);
  }

  async start(): Promise<void> {
    const joined = Promise.withResolvers<void>();
    this.#living = this.#live(() => joined.resolve());
    this.#watch = setInterval(() => this.#expectProgress(), watchIntervalMs);
    const giveUp = new AbortController();
    const isLate = pause(startTimeoutMs, giveUp.signal).then(() => true);
    const wasLate = await Promise.race([joined.promise.then(() => false), isLate]);
    giveUp.abort();
    if (!wasLate) return;
    await this.stop();
    throw new DependencyDown('kafka', `Group ${this.#options.group} could not be joined in time.`);
  }

  async stop(): Promise<void> {
    clearInterval(this.#watch);
    this.#stopping.abort();
    await this.#member?.end();
    await this.#living;
  }

  pause(partitions: readonly TopicPartition[]): void {
    this.#member?.pause(partitions);
  }

  resume(partitions: readonly TopicPartition[]): void {
    this.#member?.resume(partitions);
  }

  async commit(offsets: readonly PartitionOffset[]): Promise<void> {
    if (this.#member === undefined)
      throw new DependencyDown('kafka', 'Not a member at the moment.');
    await this.#member.commit(offsets);
  }

  backlog(partitions: readonly TopicPartition[]): Promise<readonly PartitionBacklog[]> {
    return groupBacklog(this.#options.kafka, this.#options.group, partitions);
  }

  state(): BrokerConsumerState {
    const isJoined = this.#member?.isJoined === true;
    const lastProgressAtMs = this.#member?.lastProgressAtMs ?? 0;
    if (isJoined || this.#trouble === undefined) return { isJoined, lastProgressAtMs };
    return { isJoined, lastProgressAtMs, trouble: this.#trouble };
  }

  /** One member after the other, until it is stopped. */
  async #live(onJoined: () => void): Promise<void> {
    const { signal } = this.#stopping;
    for (let attempt = 1; !signal.aborted; attempt += 1) {
      const member = new GroupMember(this.#options, () => {
        attempt = 0;
        this.#trouble = undefined;
        onJoined();
      });
      this.#member = member;
      const reason = await member.run();
      this.#member = undefined;
      if (signal.aborted) return;
      this.#trouble = reason;
      this.#log.warn(`Joins anew: ${reason}`);
      this.#options.listener.assigned([]);
      await pause(jitteredDelayMs(Math.max(attempt, 1), rejoinDelay), signal);
    }
  }

  #expectProgress(): void {
    const silenceMsMax = this.#options.settings.silenceMsMax ?? defaultSilenceMsMax;
    const member = this.#member;
    if (member === undefined || Date.now() - member.lastProgressAtMs < silenceMsMax) return;
    void member.end(`neither fetched nor heart-beat for ${silenceMsMax} ms`);
  }
}

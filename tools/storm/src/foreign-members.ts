import { setTimeout as pause } from 'node:timers/promises';
import { Kafka, logLevel } from 'kafkajs';
import { endStrayFetchers } from './stray-fetchers.ts';

/**
 * Members of nobody's service that join consumer groups and leave them again, and so make the group share its
 * partitions out anew, twice.
 *
 * They read and commit nothing: what falls to them meanwhile waits, and must be read by those who stay.
 */
export class ForeignMembers {
  private readonly kafka: Kafka;

  constructor(brokers: string) {
    endStrayFetchers();
    this.kafka = new Kafka({
      clientId: 'storm',
      brokers: brokers.split(','),
      logLevel: logLevel.NOTHING,
      retry: { retries: 2 },
    });
  }

  /** Joins the groups of a service for a while. A group that cannot be reached now is left alone. */
  async visit(service: string, stayMs: number): Promise<void> {
    const groups = await this.groupsOf(service).catch(() => []);
    await Promise.all(groups.map((group) => this.visitGroup(group, stayMs).catch(() => undefined)));
  }

  private async groupsOf(service: string): Promise<{ groupId: string; topics: string[] }[]> {
    const admin = this.kafka.admin();
    await admin.connect();
    try {
      const { groups } = await admin.listGroups();
      const own = groups
        .map(({ groupId }) => groupId)
        .filter((groupId) => groupId.startsWith(`${service}.`));
      return await Promise.all(
        own.map(async (groupId) => {
          const offsets = await admin.fetchOffsets({ groupId });
          return { groupId, topics: offsets.map(({ topic }) => topic) };
        }),
      );
    } finally {
      await admin.disconnect().catch(() => undefined);
    }
  }

  private async visitGroup(
    { groupId, topics }: { readonly groupId: string; readonly topics: string[] },
    stayMs: number,
  ): Promise<void> {
    if (topics.length === 0) return;
    const consumer = this.kafka.consumer({
      groupId,
      sessionTimeout: 10_000,
      allowAutoTopicCreation: false,
      retry: { retries: 1, restartOnFailure: () => Promise.resolve(false) },
    });
    try {
      await consumer.connect();
      await consumer.subscribe({ topics });
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        eachBatch: () => Promise.resolve(),
      });
      await pause(stayMs);
    } finally {
      await consumer.disconnect().catch(() => undefined);
    }
  }
}

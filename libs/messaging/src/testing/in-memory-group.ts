import type {
  BrokerListener,
  PartitionBacklog,
  PartitionOffset,
  TopicPartition,
} from '../broker.ts';
import type { ReceivedMessage } from '../event-record.ts';

interface Member {
  readonly topics: readonly string[];
  readonly listener: BrokerListener;
}

interface Owned extends TopicPartition {
  readonly owner: Member;
  position: bigint;
}

/**
 * One consumer group of the in-memory broker: eager rebalance, committed offsets, fetches in turn.
 *
 * As in kafkajs, a member's pauses outlive the change of the group.
 */
export class InMemoryGroup {
  readonly #logsOf: (topic: string) => readonly ReceivedMessage[][];
  readonly #fetchMax: number;
  readonly #members: Member[] = [];
  readonly #committed = new Map<string, bigint>();
  readonly #paused = new WeakMap<Member, Set<string>>();
  #owned = new Map<string, Owned>();
  #rebalance: Promise<void> = Promise.resolve();
  #isFetching = false;
  #isAwake = false;
  /** So many commits are still rejected. */
  commitsRefused = 0;

  constructor(logsOf: (topic: string) => readonly ReceivedMessage[][], fetchMax: number) {
    this.#logsOf = logsOf;
    this.#fetchMax = fetchMax;
  }

  join(member: Member): Promise<void> {
    return this.#change(() => this.#members.push(member));
  }

  leave(member: Member): Promise<void> {
    const leaving = (): void => {
      const at = this.#members.indexOf(member);
      if (at >= 0) this.#members.splice(at, 1);
    };
    // The one that leaves has drained already and is not asked again.
    leaving();
    return this.#change(leaving);
  }

  pause(member: Member, partitions: readonly TopicPartition[]): void {
    const paused = this.#pausedOf(member);
    for (const place of partitions) paused.add(nameOf(place));
    this.#paused.set(member, paused);
  }

  resume(member: Member, partitions: readonly TopicPartition[]): void {
    for (const place of partitions) this.#pausedOf(member).delete(nameOf(place));
    this.wake();
  }

  commit(member: Member, offsets: readonly PartitionOffset[]): Promise<void> {
    if (this.commitsRefused > 0) {
      this.commitsRefused -= 1;
      return Promise.reject(new Error('The coordinator has moved.'));
    }
    for (const place of offsets) {
      const owned = this.#owned.get(nameOf(place));
      if (owned?.owner !== member) return Promise.reject(new Error('The group is rebalancing.'));
      this.#committed.set(nameOf(place), place.offset);
    }
    return Promise.resolve();
  }

  committedOf(place: TopicPartition): bigint {
    return this.#committed.get(nameOf(place)) ?? 0n;
  }

  backlogOf({ topic, partition }: TopicPartition): PartitionBacklog {
    const end = BigInt(this.#logsOf(topic)[partition]?.length ?? 0);
    return { topic, partition, next: this.committedOf({ topic, partition }), end };
  }

  /** Hands over what can be fetched, soon. */
  wake(): void {
    this.#isAwake = true;
    if (this.#isFetching) return;
    this.#isFetching = true;
    setImmediate(() => void this.#fetchAll());
  }

  async #fetchAll(): Promise<void> {
    while (this.#isAwake) {
      this.#isAwake = false;
      while (await this.#fetch()) await new Promise((resolve) => setImmediate(resolve));
    }
    this.#isFetching = false;
  }

  #change(apply: () => unknown): Promise<void> {
    this.#rebalance = this.#rebalance.then(async () => {
      await Promise.all(this.#members.map((member) => member.listener.revoked()));
      apply();
      this.#assign();
    });
    return this.#rebalance;
  }

  #assign(): void {
    this.#owned = new Map();
    const topics = new Set(this.#members.flatMap(({ topics: wanted }) => wanted));
    let turn = 0;
    for (const topic of topics) {
      const able = this.#members.filter((member) => member.topics.includes(topic));
      for (const partition of this.#logsOf(topic).keys()) {
        const owner = able[turn++ % able.length];
        if (owner === undefined) continue;
        const position = this.committedOf({ topic, partition });
        const owned = { topic, partition, owner, position };
        this.#owned.set(nameOf(owned), owned);
      }
    }
    for (const member of this.#members) {
      member.listener.assigned([...this.#owned.values()].filter(({ owner }) => owner === member));
    }
    this.wake();
  }

  /** One partition after the other, each when there is room, as one broker's fetcher does. */
  async #fetch(): Promise<boolean> {
    let isAny = false;
    for (const [name, owned] of this.#owned) {
      if (this.#pausedOf(owned.owner).has(name) || this.#owned.get(name) !== owned) continue;
      const log = this.#logsOf(owned.topic)[owned.partition] ?? [];
      const from = Number(owned.position);
      const messages = log.slice(from, from + this.#fetchMax);
      if (messages.length === 0) continue;
      isAny = true;
      owned.position += BigInt(messages.length);
      const { topic, partition } = owned;
      const highWatermark = BigInt(log.length);
      await owned.owner.listener.received({ topic, partition, messages, highWatermark });
    }
    return isAny;
  }

  #pausedOf(member: Member): Set<string> {
    return this.#paused.get(member) ?? new Set();
  }
}

function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}

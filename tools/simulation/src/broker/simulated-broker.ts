import { DependencyDown } from '@sluice/failure';
import {
  type Broker,
  type BrokerConsumer,
  type BrokerListener,
  partitionOf,
  Publisher,
  type TopicPartition,
  type WireMessage,
} from '@sluice/messaging';
import { InMemoryBroker } from '@sluice/messaging/testing';
import type { Actor } from '../world/actor.ts';
import { world } from '../world/world.ts';

/** What may go wrong with one call of the broker. */
export type BrokerFault =
  | 'refused'
  | 'lost-acknowledgement'
  | 'partly-written'
  | 'written-late'
  | 'slow'
  | undefined;

/** Decides what goes wrong. */
export interface BrokerFate {
  publishFault(actor: Actor): BrokerFault;
  isCommitRefused(actor: Actor): boolean;
}

interface Member {
  readonly consumer: BrokerConsumer;
  readonly listener: BrokerListener;
  readonly actor: Actor;
  readonly group: string;
  isIn: boolean;
  /** Counts how often it came back, so that an earlier, slower return does not join a second time. */
  returns: number;
}

const sessionTimeoutMs = 10_000;

/**
 * The in-memory broker behind a network that loses answers; each process has a connection of its own.
 *
 * A member that is killed or stands still is thrown out of its group after the session timeout, as Kafka does.
 */
export class SimulatedBroker {
  readonly log = new InMemoryBroker({ fetchMax: 20 });
  readonly #fate: BrokerFate;
  readonly #partitions = new Map<string, number>();
  readonly #members: Member[] = [];
  isDown = false;

  constructor(fate: BrokerFate) {
    this.#fate = fate;
  }

  createTopic(name: string, partitionCount: number): void {
    this.#partitions.set(name, partitionCount);
    this.log.createTopic(name, partitionCount);
  }

  /** Connects the present actor. */
  connect(): Connection {
    return new Connection(this, world().actor);
  }

  /** Throws a member out that did not come back in time. */
  watch(actor: Actor): void {
    world().planOutside(sessionTimeoutMs, () => {
      if (actor.isAlive && !actor.isStopped) return;
      for (const member of this.#membersOf(actor)) {
        if (!member.isIn) continue;
        member.isIn = false;
        world().record(`${actor.name} is thrown out of ${member.group}`);
        void member.consumer.stop();
      }
    });
  }

  /** A member that was thrown out finds it out and joins again. */
  joinAgain(actor: Actor): void {
    for (const member of this.#membersOf(actor)) {
      if (member.isIn || !actor.isAlive) continue;
      member.isIn = true;
      member.returns += 1;
      const { returns } = member;
      void member.listener.revoked().then(async () => {
        // It may have been thrown out again meanwhile; then nobody would ever throw it out once more.
        if (member.isIn && member.returns === returns) await member.consumer.start();
      });
    }
  }

  /** Lets a group rebalance, by a member that comes, receives nothing, and goes. */
  shake(): void {
    const groups = [...new Set(this.#members.map(({ group }) => group))];
    if (groups.length === 0) return;
    const group = world().fate.pick(groups);
    const topics = ['cybersource.notifications.v1'];
    const listener = {
      assigned: () => undefined,
      revoked: () => Promise.resolve(),
      received: () => Promise.resolve(),
    };
    const guest = this.log.createConsumer({ group, topics, listener });
    void guest.start();
    world().planOutside(world().pace.between(50, 3_000), () => void guest.stop());
  }

  async publish(actor: Actor, messages: readonly WireMessage[]): Promise<void> {
    const here = world();
    const fault = this.isDown ? 'refused' : this.#fate.publishFault(actor);
    if (fault !== undefined) here.countFault(`publish ${fault}`);
    const isSlow = fault === 'slow' || (fault !== undefined && here.fate.isLucky(0.3));
    const delayMs = isSlow ? here.pace.between(2_000, 20_000) : here.pace.between(1, 12);
    await new Promise<void>((resolve, reject) => {
      here.planOutside(delayMs, () => {
        if (!actor.isAlive && here.fate.isLucky(0.5)) return;
        const isAcknowledged = fault === undefined || fault === 'slow';
        const isWrittenNow = fault !== 'refused' && fault !== 'written-late';
        if (isWrittenNow) this.#write(actor, this.#written(messages, fault));
        if (fault === 'written-late') {
          here.planOutside(here.pace.between(10, 8_000), () => this.#write(actor, messages));
        }
        const lost = new DependencyDown('kafka', 'Kafka does not answer: simulated.');
        here.planOutside(here.pace.between(0.2, 3), () => {
          here.tell(actor, () => (isAcknowledged ? resolve() : reject(lost)));
        });
      });
    });
  }

  createConsumer(actor: Actor, options: Parameters<Broker['createConsumer']>[0]): BrokerConsumer {
    const { group, topics, listener } = options;
    const seen = asSeenBy(actor, listener);
    const consumer = this.log.createConsumer({ group, topics, listener: seen });
    const member = { consumer, listener: seen, actor, group, isIn: false, returns: 0 };
    this.#members.push(member);
    return {
      start: async () => {
        member.isIn = true;
        await outside(() => consumer.start());
      },
      stop: async () => {
        member.isIn = false;
        await outside(() => consumer.stop());
      },
      pause: (places) => outside(() => consumer.pause(places)),
      resume: (places) => outside(() => consumer.resume(places)),
      commit: (offsets) => this.#commit(member, offsets),
      backlog: (places) => outside(() => consumer.backlog(places)),
      state: () => consumer.state(),
    };
  }

  #commit(member: Member, offsets: Parameters<BrokerConsumer['commit']>[0]): Promise<void> {
    const here = world();
    const { actor, consumer } = member;
    const isRefused = this.isDown || this.#fate.isCommitRefused(actor);
    if (isRefused) here.countFault('commit refused');
    return new Promise((resolve, reject) => {
      here.planOutside(here.pace.between(0.5, 5), async () => {
        if (!actor.isAlive && here.fate.isLucky(0.5)) return;
        const end = isRefused
          ? new Error('The coordinator has moved.')
          : await consumer.commit(offsets).then(
              () => undefined,
              (error: unknown) => error as Error,
            );
        here.record(`${actor.name} commit ${offsets.length} ${end?.message ?? 'done'}`);
        here.tell(actor, () => (end === undefined ? resolve() : reject(end)));
      });
    });
  }

  #write(actor: Actor, messages: readonly WireMessage[]): void {
    for (const message of messages) this.log.append(message);
    world().record(`${actor.name} wrote ${messages.length} to the log`);
    this.log.wake();
  }

  /** What reaches the log of a publish that goes wrong; all or nothing per partition. */
  #written(messages: readonly WireMessage[], fault: BrokerFault): readonly WireMessage[] {
    if (fault !== 'partly-written') return messages;
    const { fate } = world();
    const isKept = new Map<string, boolean>();
    return messages.filter(({ topic, key }) => {
      const place = `${topic}/${partitionOf(key, this.#partitions.get(topic) ?? 1)}`;
      const kept = isKept.get(place) ?? fate.isLucky(0.5);
      isKept.set(place, kept);
      return kept;
    });
  }

  #membersOf(actor: Actor): Member[] {
    return this.#members.filter((member) => member.actor === actor);
  }
}

/** One process's connection to the broker. */
export class Connection extends Publisher implements Broker {
  readonly #broker: SimulatedBroker;
  readonly #actor: Actor;

  constructor(broker: SimulatedBroker, actor: Actor) {
    super();
    this.#broker = broker;
    this.#actor = actor;
  }

  override publish(messages: readonly WireMessage[]): Promise<void> {
    return messages.length === 0 ? Promise.resolve() : this.#broker.publish(this.#actor, messages);
  }

  partitionCounts(topics: readonly string[]): Promise<ReadonlyMap<string, number>> {
    return this.#broker.log.partitionCounts(topics);
  }

  createConsumer(options: Parameters<Broker['createConsumer']>[0]): BrokerConsumer {
    return this.#broker.createConsumer(this.#actor, options);
  }

  override close(): Promise<void> {
    return Promise.resolve();
  }
}

function outside<T>(work: () => T): T {
  return world().as(world().surroundings, work);
}

/** The broker's calls arrive in the process, once it runs; a dead one answers nothing and holds nobody up. */
function asSeenBy(actor: Actor, listener: BrokerListener): BrokerListener {
  const ask = (work: () => Promise<void>): Promise<void> => {
    if (!actor.isAlive) return Promise.resolve();
    return new Promise((resolve) => {
      world().tell(actor, () => void work().then(resolve));
      // Nobody waits for a member for longer than its session lasts.
      world().planOutside(sessionTimeoutMs, resolve);
    });
  };
  return {
    assigned: (places: readonly TopicPartition[]) =>
      world().tell(actor, () => listener.assigned(places)),
    revoked: () => ask(() => listener.revoked()),
    received: (batch) => ask(() => listener.received(batch)),
  };
}

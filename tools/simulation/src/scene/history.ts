import type { EventCodec } from '@sluice/contracts';
import { SimulatedBroker } from '../broker/simulated-broker.ts';
import type { Backends } from '../database/backends.ts';
import { emptyTables } from '../database/schema.ts';
import { connectTo } from '../database/simulated-client.ts';
import { SimulatedDatabase } from '../database/simulated-database.ts';
import { Chaos } from '../faults/chaos.ts';
import { Fate } from '../faults/fate.ts';
import { Bookkeeper } from '../network/bookkeeper.ts';
import { PaymentProvider } from '../network/payment-provider.ts';
import { SimulatedNetwork } from '../network/simulated-network.ts';
import { connectThrough } from '../network/undici.ts';
import { canarySeed } from '../summary.ts';
import { beginningMs, World } from '../world/world.ts';
import { BooksProgram, groups } from './books.program.ts';
import { Customers } from './customers.ts';
import type { GatewayCode } from './gateway-code.ts';
import { GatewayProgram } from './gateway.program.ts';
import { Journal } from './journal.ts';
import { createTopics, MailDrop } from './mail-drop.ts';
import { Sender } from './sender.ts';
import { ServiceProcess } from './service-process.ts';
import { hosts, topics, type Surroundings } from './surroundings.ts';
import { WorkflowProgram } from './workflow.program.ts';

/** Consumer groups of the scene, by the topic they read. */
export const consumers: readonly (readonly [topic: string, group: string])[] = [
  [topics.commands, 'cybersource-gateway.perform-command'],
  [topics.notifications, groups.post],
  [topics.notifications, groups.project],
];

/** What one worker keeps from one history to the next. */
export interface Stage {
  readonly databaseUrl: string;
  readonly backends: Backends;
  readonly codec: EventCodec;
  readonly code: GatewayCode;
}

const faultsMs = [18_000, 32_000] as const;
const quietMsMax = 900_000;
const lookMs = 3_000;

/** One seed's history from its beginning to its end, and everything that the checker needs to judge it. */
export class History {
  readonly world: World;
  readonly journal = new Journal();
  readonly provider: PaymentProvider;
  readonly bookkeeper = new Bookkeeper();
  readonly broker: SimulatedBroker;
  readonly backends: Backends;
  readonly #surroundings: Surroundings;
  readonly #customers: Customers;
  readonly #mailDrop: MailDrop;
  readonly #chaos: Chaos;
  readonly #processes: readonly ServiceProcess[];
  /** How long it took until nothing was left to do, in virtual time after the last fault. */
  quietAfterMs = 0;
  isQuiet = false;

  constructor(stage: Stage, seed: number, options: { readonly isTold?: boolean } = {}) {
    this.world = new World(seed, options);
    this.backends = stage.backends;
    this.backends.clockOffsetMs = 0;
    const fate = new Fate();
    const network = new SimulatedNetwork(fate);
    const database = new SimulatedDatabase(stage.backends, fate);
    this.broker = new SimulatedBroker(fate);
    this.#surroundings = { ...stage, database, broker: this.broker, fate };
    connectTo(database);
    connectThrough(network);
    createTopics(this.broker, consumers);
    const gateways = ['gateway-1', 'gateway-2'].map(
      (name) =>
        new ServiceProcess(name, this.#surroundings, () => new GatewayProgram(this.#surroundings)),
    );
    const books = ['books-1', 'books-2'].map(
      (name) =>
        new ServiceProcess(name, this.#surroundings, () => new BooksProgram(this.#surroundings)),
    );
    const workflow = new ServiceProcess(
      'workflow-1',
      this.#surroundings,
      () => new WorkflowProgram(this.#surroundings),
    );
    this.#processes = [...gateways, ...books, workflow];
    const sender = new Sender(this.journal, this.#surroundings, gateways);
    this.provider = new PaymentProvider((notice) => sender.send(notice));
    network.addHost(hosts.provider, this.provider);
    network.addHost(hosts.bookkeeper, this.bookkeeper);
    network.addHost(hosts.mirror, {
      serve: ({ path }) => {
        this.journal.strayRequests.push(`a request followed a redirect to ${hosts.mirror}${path}`);
        return { status: 201, body: { id: 'mirror', status: 'AUTHORIZED' } };
      },
    });
    this.#customers = new Customers(this.journal, this.#surroundings, { gateways, workflow });
    this.#mailDrop = new MailDrop(this.journal, this.#surroundings);
    this.#chaos = new Chaos(this.#surroundings, this.#processes);
  }

  /** Lets everything happen: work under faults, healing, quiet, and then what comes very late. */
  async tell(): Promise<void> {
    await emptyTables(this.backends);
    for (const process of this.#processes) process.start();
    this.#customers.begin();
    this.#mailDrop.begin();
    this.#chaos.begin();
    await this.#pass(this.world.fate.between(...faultsMs));
    this.#chaos.end();
    this.world.record('everything heals');
    const healedMs = this.world.nowMs;
    await this.#untilQuiet();
    this.quietAfterMs = this.world.nowMs - healedMs;
    await this.#comeLate();
    if (this.world.seed === canarySeed) this.bookkeeper.entries.pop();
  }

  /** Stops the product and gives its connections back. */
  async end(): Promise<void> {
    for (const process of this.#processes) process.actor.isAlive = false;
    await this.#surroundings.database.end();
    await this.backends.closeReplica();
  }

  /** The database's clock jumps by two hours, and then the broker delivers old messages once more. */
  async #comeLate(): Promise<void> {
    this.backends.clockOffsetMs += 7_200_000;
    await this.#pass(11_000);
    for (let count = 0; count < 6; count += 1) this.#mailDrop.repeat();
    await this.#untilQuiet();
  }

  async #untilQuiet(): Promise<void> {
    const endMs = this.world.nowMs + quietMsMax;
    do {
      await this.#pass(lookMs);
      this.isQuiet = await this.#isAllDone();
    } while (!this.isQuiet && this.world.nowMs < endMs);
  }

  async #pass(durationMs: number): Promise<void> {
    let isOver = false;
    this.world.planOutside(durationMs, () => {
      isOver = true;
    });
    await this.world.run(() => isOver);
  }

  async #isAllDone(): Promise<boolean> {
    if (this.#customers.open > 0) return false;
    const unread = consumers.some(([topic, group]) => this.unreadOf(topic, group) > 0n);
    if (unread) return false;
    const [open] = await this.backends.ask<{ effects: number; parked: number; ids: string[] }>(`
      select (select count(*)::int from effect where state not in
          ('SUCCEEDED', 'REJECTED', 'ABANDONED', 'MANUAL', 'DUPLICATE')) as effects,
        (select count(*)::int from parked_key where state = 'retrying') as parked,
        (select coalesce(array_agg(id), '{}') from outbox) as ids`);
    if (open === undefined || open.effects > 0 || open.parked > 0) return false;
    const published = new Set(
      Object.values(topics).flatMap((topic) =>
        this.broker.log.messagesOf(topic).map(({ headers }) => headers['ce_id']),
      ),
    );
    return open.ids.every((id) => published.has(id));
  }

  /** Messages of a topic that a group has not committed. */
  unreadOf(topic: string, group: string): bigint {
    const ends = new Map<number, bigint>();
    for (const { partition, offset } of this.broker.log.messagesOf(topic)) {
      ends.set(partition, offset + 1n);
    }
    let unread = 0n;
    for (const [partition, end] of ends) {
      unread += end - this.broker.log.committedOf(group, { topic, partition });
    }
    return unread;
  }

  /** Virtual time since the beginning. */
  get lengthMs(): number {
    return this.world.nowMs - beginningMs;
  }
}

import type { SimulatedBroker } from '../broker/simulated-broker.ts';
import { world } from '../world/world.ts';
import type { Journal } from './journal.ts';
import { topics, type Surroundings } from './surroundings.ts';

/** Foreign hands on the topics: messages that are no events, and repetitions of what was sent before. */
export class MailDrop {
  readonly #journal: Journal;
  readonly #surroundings: Surroundings;

  constructor(journal: Journal, surroundings: Surroundings) {
    this.#journal = journal;
    this.#surroundings = surroundings;
  }

  begin(): void {
    const { fate } = this.#surroundings;
    const here = world();
    if (fate.has('poison')) {
      for (let number = here.fate.whole(1, 4); number > 0; number -= 1) {
        here.planOutside(here.fate.between(500, 20_000), () => this.#drop(`poison-${number}`));
      }
    }
    if (fate.has('duplicates')) {
      for (let number = here.fate.whole(1, 12); number > 0; number -= 1) {
        here.planOutside(here.fate.between(2_000, 25_000), () => this.repeat());
      }
    }
  }

  /** Sends a message again that stands in a topic, byte by byte. */
  repeat(): void {
    const { log } = this.#surroundings.broker;
    const sent = [topics.notifications, topics.commands].flatMap((topic) => log.messagesOf(topic));
    if (sent.length === 0) return;
    const { topic, key, value, headers } = world().fate.pick(sent);
    world().countFault('message repeated');
    log.append({ topic, key, value, headers });
    log.wake();
  }

  #drop(key: string): void {
    const { fate } = world();
    const { log } = this.#surroundings.broker;
    world().countFault('poison');
    this.#journal.poison.add(key);
    const headers = fate.pick(poisonHeaders);
    log.append({ topic: topics.notifications, key, value: fate.pick(poisonValues), headers });
    log.wake();
  }
}

/** Every topic that the scene needs. */
export function createTopics(
  broker: SimulatedBroker,
  groups: readonly (readonly [string, string])[],
): void {
  for (const topic of Object.values(topics)) broker.createTopic(topic, 4);
  for (const [topic, group] of groups) broker.createTopic(`${topic}.${group}.dlt`, 1);
}

const updated = 'sluice.cybersource.v1.PaymentUpdated';

const poisonValues = [
  Buffer.from('this is no Avro'),
  Buffer.from([0, 0, 0, 0, 1, 2, 3, 4]),
  Buffer.from([0]),
  null,
];

const poisonHeaders: readonly Readonly<Record<string, string>>[] = [
  {},
  { ce_type: updated },
  { ce_type: updated, ce_id: 'poison', ce_source: 'x'.repeat(1_000_000) },
];

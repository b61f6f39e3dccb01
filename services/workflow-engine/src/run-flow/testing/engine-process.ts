import type { INestMicroservice } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { Clock } from '@sluice/clock';
import { loadSettings } from '@sluice/config';
import { deadLetterTopics, SchemaIds, topics } from '@sluice/contracts';
import { localCodec, LocalSchemaIds } from '@sluice/contracts/testing';
import { EventStrategy, ParkingStore, Publisher, RpcFailureFilter } from '@sluice/messaging';
import { InMemoryBroker } from '@sluice/messaging/testing';
import { Outbox, OutboxRelay, outboxMigrations } from '@sluice/outbox';
import { freshDatabase, type FreshDatabase } from '@sluice/postgres/testing';
import { EVENT_STRATEGY } from '@sluice/service-host';
import { appModule } from '../../app.module.ts';
import { WorkflowEngineSettings } from '../../config.ts';
import { migrations } from '../../storage/migrations/index.ts';

/** A database as the engine has it, for one test file. */
export async function engineDatabase(adminUrl: string): Promise<FreshDatabase> {
  return await freshDatabase(adminUrl, { migrations: [...outboxMigrations, ...migrations] });
}

/** A broker with every topic of the product and their dead letter topics. */
export function brokerWithTopics(): InMemoryBroker {
  const broker = new InMemoryBroker();
  for (const { name } of topics) broker.createTopic(name);
  for (const name of deadLetterTopics) broker.createTopic(name, 1);
  return broker;
}

/** The whole service on a real database, with a broker in memory. */
export class EngineProcess {
  readonly #app: INestMicroservice;

  private constructor(app: INestMicroservice) {
    this.#app = app;
  }

  /** Starts consumers and relay. Two processes may share database and broker. */
  static async start(parts: {
    readonly databaseUrl: string;
    readonly broker: InMemoryBroker;
    readonly clock: Clock;
    readonly environment?: Readonly<Record<string, string>>;
  }): Promise<EngineProcess> {
    const { broker, clock } = parts;
    const codec = await localCodec();
    const builder = Test.createTestingModule({ imports: [appModule(settingsOf(parts))] })
      .overrideProvider(Clock)
      .useValue(clock)
      .overrideProvider(Publisher)
      .useValue(broker)
      .overrideProvider(SchemaIds)
      .useValue(new LocalSchemaIds())
      .overrideProvider(EVENT_STRATEGY)
      .useFactory({
        inject: [ParkingStore],
        factory: (parking: ParkingStore) => {
          const limits = { replayPollMs: 50 };
          return new EventStrategy({ broker, publisher: broker, codec, parking, clock, limits });
        },
      });
    const module = await builder.compile();
    const strategy = module.get<EventStrategy>(EVENT_STRATEGY);
    const app = module.createNestMicroservice({ strategy, logger: false });
    app.useGlobalFilters(new RpcFailureFilter());
    await app.listen();
    const relay = app.get(OutboxRelay);
    app.get(Outbox).onWake(() => relay.wake());
    relay.start();
    return new EngineProcess(app);
  }

  get<T>(token: abstract new (...parameters: never[]) => T): T {
    return this.#app.get<T>(token);
  }

  async stop(): Promise<void> {
    await this.#app.get<EventStrategy>(EVENT_STRATEGY).close();
    await this.#app.get(OutboxRelay).stop();
    await this.#app.close();
  }
}

function settingsOf(parts: {
  readonly databaseUrl: string;
  readonly environment?: Readonly<Record<string, string>>;
}): Readonly<WorkflowEngineSettings> {
  return loadSettings(WorkflowEngineSettings, {
    DATABASE_URL: parts.databaseUrl,
    KAFKA_BROKERS: 'none',
    SCHEMA_REGISTRY_URL: 'http://none',
    OPS_TOKEN: 'an-operator-token',
    HTTP_PORT: '0',
    ...parts.environment,
  });
}

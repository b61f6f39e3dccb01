import 'reflect-metadata';
import type { CustomTransportStrategy } from '@nestjs/microservices';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { loadSettings } from '@sluice/config';
import { deadLetterTopics, SchemaIds, topics } from '@sluice/contracts';
import { LocalSchemaIds, localCodec } from '@sluice/contracts/testing';
import { EventStrategy, type EventRecord, Publisher, toWire } from '@sluice/messaging';
import { InMemoryBroker, InMemoryParkingStore } from '@sluice/messaging/testing';
import { configureApp, EVENT_STRATEGY } from '@sluice/service-host';
import { appModule } from '../app.module.ts';
import { ConsoleSettings } from '../config.ts';
import { OpsGateway } from '../gateways/ops.gateway.ts';
import { FakeOpsGateway } from './fake-ops.gateway.ts';

/** The console on a broker in memory, with other services that are made up. */
export interface ConsoleApp {
  readonly app: NestFastifyApplication;
  readonly broker: InMemoryBroker;
  readonly ops: FakeOpsGateway;
  /** Publishes events as their services would. */
  publish(...events: readonly EventRecord[]): Promise<void>;
  close(): Promise<void>;
}

/** Starts the console; `environment` adds settings. Consumers run, nothing listens on a port yet. */
export async function startConsole(
  databaseUrl: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<ConsoleApp> {
  const settings = loadSettings(ConsoleSettings, {
    DATABASE_URL: databaseUrl,
    KAFKA_BROKERS: '127.0.0.1:1',
    SCHEMA_REGISTRY_URL: 'http://127.0.0.1:1',
    OPS_TOKEN: 'operator-token-for-tests',
    LIVE_POLL_MS: '50',
    ...environment,
  });
  const broker = new InMemoryBroker();
  for (const topic of [...topics.map(({ name }) => name), ...deadLetterTopics]) {
    broker.createTopic(topic);
  }
  const codec = await localCodec();
  const ops = new FakeOpsGateway();
  const parking = new InMemoryParkingStore();
  const strategy: CustomTransportStrategy = new EventStrategy({
    broker,
    publisher: broker,
    codec,
    parking,
  });
  const module = await Test.createTestingModule({ imports: [appModule(settings)] })
    .overrideProvider(SchemaIds)
    .useValue(new LocalSchemaIds())
    .overrideProvider(Publisher)
    .useValue(broker)
    .overrideProvider(OpsGateway)
    .useValue(ops)
    .overrideProvider(EVENT_STRATEGY)
    .useValue(strategy)
    .compile();
  const app = module.createNestApplication<NestFastifyApplication>(
    new FastifyAdapter({ forceCloseConnections: 'idle' }),
    { logger: ['error', 'fatal'] },
  );
  configureApp(app, 'console');
  app.connectMicroservice({ strategy }, { inheritAppConfig: true });
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  await app.startAllMicroservices();
  return {
    app,
    broker,
    ops,
    publish: (...events) => broker.publish(events.map((event) => toWire(event, codec))),
    close: () => app.close(),
  };
}

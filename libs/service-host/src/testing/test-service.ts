import type { DynamicModule } from '@nestjs/common';
import type { CustomTransportStrategy, MicroserviceOptions } from '@nestjs/microservices';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import type { ServiceSettings } from '@sluice/config';
import { SchemaIds, deadLetterTopics, topics } from '@sluice/contracts';
import { LocalSchemaIds, localCodec } from '@sluice/contracts/testing';
import { effectsMigrations } from '@sluice/effects';
import { EventStrategy, Publisher, fromWire, type EventRecord } from '@sluice/messaging';
import { InMemoryBroker, InMemoryParkingStore } from '@sluice/messaging/testing';
import { outboxMigrations } from '@sluice/outbox';
import type { MigrationClass } from '@sluice/postgres';
import { freshDatabase } from '@sluice/postgres/testing';
import { startTelemetry, type RunningTelemetry } from '@sluice/telemetry';
import { DataSource } from 'typeorm';
import { bodyBytesMax, configureApp } from '../configure-app.ts';
import { EVENT_STRATEGY, TELEMETRY } from '../host-options.ts';

/** A service to test. */
export interface TestServiceOptions {
  readonly name: string;
  /** Administrator's address of the test run's Postgres. */
  readonly adminUrl: Parameters<typeof freshDatabase>[0];
  /** The service's own migrations; those of the libs come first by themselves. */
  readonly migrations: readonly MigrationClass[];
  /** The service's root module on the database of the test. */
  readonly module: (databaseUrl: string) => DynamicModule;
  /** Fakes of the service's gateways, by injection token. @default [] */
  readonly fakes?: readonly (readonly [token: abstract new () => object, fake: object])[];
}

/** A service on a schema of its own, with a broker in memory. */
export interface TestService {
  readonly app: NestFastifyApplication;
  readonly dataSource: DataSource;
  readonly broker: InMemoryBroker;
  /** Events in the outbox, oldest first. */
  events(): Promise<readonly EventRecord[]>;
  close(): Promise<void>;
}

interface OutboxRow {
  readonly topic: string;
  readonly aggregateid: string;
  readonly payload: Buffer;
  readonly headers: Record<string, string>;
}

let telemetry: RunningTelemetry | undefined;

/** Settings of the host in tests; nothing but the database is there. */
export function hostSettings(databaseUrl: string): ServiceSettings {
  return {
    httpHost: '127.0.0.1',
    httpPort: 0,
    databaseUrl,
    databasePoolMax: 10,
    kafkaBrokers: 'none:1',
    schemaRegistryUrl: 'http://none',
    tenant: 'demo',
    opsToken: 'operator-token-of-tests',
    tracesExporter: 'none',
    tracesUrl: '',
    logLevel: 'fatal',
    drainTimeoutMs: 1000,
    outboxRelay: 'on',
    parkedRetryHours: 24,
  };
}

/** Builds the service on a fresh schema; nothing is started but what HTTP needs. */
export async function startTestService(options: TestServiceOptions): Promise<TestService> {
  const migrations = [...outboxMigrations, ...effectsMigrations, ...options.migrations];
  const database = await freshDatabase(options.adminUrl, { migrations });
  const broker = new InMemoryBroker();
  for (const name of [...topics.map((topic) => topic.name), ...deadLetterTopics]) {
    broker.createTopic(name);
  }
  const app = await buildApp(options, options.module(database.databaseUrl), broker);
  const dataSource = app.get(DataSource);
  return {
    app,
    dataSource,
    broker,
    events: () => eventsOf(dataSource),
    close: async () => {
      await app.close();
      await database.close();
    },
  };
}

async function buildApp(
  { name, fakes = [] }: TestServiceOptions,
  module: DynamicModule,
  broker: InMemoryBroker,
): Promise<NestFastifyApplication> {
  const codec = await localCodec();
  const parking = new InMemoryParkingStore();
  const strategy: CustomTransportStrategy = new EventStrategy({
    broker,
    publisher: broker,
    codec,
    parking,
  });
  telemetry ??= startTelemetry({ service: name });
  const builder = Test.createTestingModule({ imports: [module] });
  const parts = [
    [Publisher, broker],
    [SchemaIds, new LocalSchemaIds()],
    [EVENT_STRATEGY, strategy],
    [TELEMETRY, telemetry],
    ...fakes,
  ] as const;
  for (const [token, part] of parts) builder.overrideProvider(token).useValue(part);
  const built = await builder.compile();
  const app = built.createNestApplication<NestFastifyApplication>(
    new FastifyAdapter({ bodyLimit: bodyBytesMax }),
    { rawBody: true, logger: ['fatal'] },
  );
  configureApp(app, name);
  app.connectMicroservice<MicroserviceOptions>({ strategy }, { inheritAppConfig: true });
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  return app;
}

async function eventsOf(dataSource: DataSource): Promise<readonly EventRecord[]> {
  const rows: OutboxRow[] = await dataSource.query('select * from outbox order by seq');
  const codec = await localCodec();
  return await Promise.all(
    rows.map(({ topic, aggregateid: key, payload: value, headers }) =>
      fromWire({ topic, key, value, headers, partition: 0, offset: 0n, timestampMs: 0n }, codec),
    ),
  );
}

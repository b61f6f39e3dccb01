import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { SchemaIds, type EventType } from '@sluice/contracts';
import { LocalSchemaIds, localCodec } from '@sluice/contracts/testing';
import { effectsMigrations } from '@sluice/effects';
import {
  EventStrategy,
  Publisher,
  fromWire,
  type Delivery,
  type EventRecord,
} from '@sluice/messaging';
import { InMemoryBroker, InMemoryParkingStore } from '@sluice/messaging/testing';
import { outboxMigrations } from '@sluice/outbox';
import { freshDatabase } from '@sluice/postgres/testing';
import { EVENT_STRATEGY, configureApp } from '@sluice/service-host';
import { DataSource } from 'typeorm';
import { AppModule } from '../app.module.ts';
import { ZohoGatewaySettings } from '../config.ts';
import { FakeZohoGateway } from '../gateways/fake-zoho.gateway.ts';
import { ZohoGateway } from '../gateways/zoho.gateway.ts';
import { PerformCommandConsumer } from '../perform-command/perform-command.consumer.ts';
import { migrations } from '../storage/migrations.ts';

/** The service on a schema of its own, with a Zoho in memory unless settings name a real one. */
export interface TestApp {
  readonly app: NestFastifyApplication;
  readonly dataSource: DataSource;
  readonly zoho: FakeZohoGateway;
  /** Hands commands to the consumer, as the broker would. */
  command(...commands: readonly TestCommand[]): Promise<void>;
  /** Makes every effect and notice due now. */
  skipWaits(): Promise<void>;
  /** Events in the outbox, oldest first. */
  events(): Promise<readonly EventRecord[]>;
  close(): Promise<void>;
}

/** A command for tests. */
export interface TestCommand {
  readonly function: string;
  readonly arguments: unknown;
  readonly effectKey: string;
  /** @default 1 */
  readonly attempt?: number;
}

/** Secret of the webhooks in the tests. */
export const webhookSecret = 'sandboxwebhooksecret';

/** Builds the service on a fresh schema; nothing is started but what HTTP needs. */
export async function startTestApp(
  adminUrl: string,
  overrides: Partial<ZohoGatewaySettings> = {},
): Promise<TestApp> {
  const all = [...outboxMigrations, ...effectsMigrations, ...migrations];
  const database = await freshDatabase(adminUrl, { migrations: all });
  const broker = new InMemoryBroker();
  const zoho = new FakeZohoGateway();
  const codec = await localCodec();
  const parking = new InMemoryParkingStore();
  const strategy = new EventStrategy({ broker, publisher: broker, codec, parking });
  const settings = { ...settingsFor(database.databaseUrl), ...overrides };
  const builder = Test.createTestingModule({ imports: [AppModule.with(settings)] })
    .overrideProvider(Publisher)
    .useValue(broker)
    .overrideProvider(SchemaIds)
    .useValue(new LocalSchemaIds())
    .overrideProvider(EVENT_STRATEGY)
    .useValue(strategy);
  if (overrides.zohoApiUrl === undefined) builder.overrideProvider(ZohoGateway).useValue(zoho);
  const module = await builder.compile();
  const app = module.createNestApplication<NestFastifyApplication>(
    new FastifyAdapter({ bodyLimit: 262_144 }),
    { rawBody: true, logger: ['fatal'] },
  );
  configureApp(app, 'zoho-gateway');
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  const dataSource = app.get(DataSource);
  return {
    app,
    dataSource,
    zoho,
    command: (...commands) => app.get(PerformCommandConsumer).handle(commands.map(deliveryOf)),
    skipWaits: async () => {
      await dataSource.query('update effect set not_before = now(), due_at = now()');
      await dataSource.query('update credit_note_notice set next_at = now()');
      await dataSource.query('update back_fill set next_at = now()');
    },
    events: () => eventsOf(dataSource),
    close: async () => {
      await app.close();
      await database.close();
    },
  };
}

function settingsFor(databaseUrl: string): ZohoGatewaySettings {
  return Object.assign(new ZohoGatewaySettings(), {
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
    zohoAccountsUrl: 'http://127.0.0.1:9',
    zohoApiUrl: 'http://127.0.0.1:9',
    zohoDeskUrl: 'http://127.0.0.1:9',
    zohoClientId: '1000.SANDBOXCLIENT',
    zohoClientSecret: 'sandbox-client-secret',
    zohoRefreshToken: '1000.sandbox.refresh',
    zohoOrganizationId: '20096815001',
    zohoDeskOrgId: '20096815001',
    zohoDeskDepartmentId: '1180000000000000900',
    zohoWebhookSecret: webhookSecret,
    zohoRatePerMinute: 1000,
    zohoConcurrency: 5,
    zohoTimeoutMs: 2000,
    zohoUniqueField: 'cf_sluice_key',
    zohoClearingAccountName: 'Cybersource Clearing {currency}',
    zohoBackfillMs: 300_000,
    webhookPollMs: 500,
    effectQuietPeriodMs: 5000,
  } satisfies ZohoGatewaySettings);
}

function deliveryOf(command: TestCommand): Delivery<'sluice.zoho.v1.CommandRequested'> {
  const { effectKey, function: name, attempt = 1 } = command;
  return {
    attempt,
    message: {
      topic: 'zoho.commands.v1',
      key: effectKey,
      value: null,
      headers: {},
      partition: 0,
      offset: 0n,
      timestampMs: 0n,
    },
    event: {
      id: `event-${effectKey}`,
      type: 'sluice.zoho.v1.CommandRequested',
      source: 'workflow-engine',
      tenant: 'demo',
      key: 'order-1',
      time: 1n,
      correlationId: 'order-1',
      data: {
        commandId: `command-${effectKey}`,
        effectKey,
        function: name,
        arguments: JSON.stringify(command.arguments),
        runId: 'run-1',
        task: 'task',
        businessKey: 'order-1',
        requestedAt: 1n,
      },
    },
  };
}

async function eventsOf(dataSource: DataSource): Promise<readonly EventRecord[]> {
  const rows: {
    type: EventType;
    topic: string;
    aggregateid: string;
    payload: Buffer;
    headers: Record<string, string>;
  }[] = await dataSource.query('select * from outbox order by seq');
  const codec = await localCodec();
  return await Promise.all(
    rows.map(({ topic, aggregateid: key, payload: value, headers }) =>
      fromWire({ topic, key, value, headers, partition: 0, offset: 0n, timestampMs: 0n }, codec),
    ),
  );
}

import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { systemClock } from '@sluice/clock';
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
import { signRequest } from '@sluice/request-signing';
import { EVENT_STRATEGY, configureApp } from '@sluice/service-host';
import { DataSource } from 'typeorm';
import { AppModule } from '../app.module.ts';
import { CommerceGatewaySettings } from '../config.ts';
import { FakeMailGateway } from '../gateways/fake-mail.gateway.ts';
import { FakeShopGateway } from '../gateways/fake-shop.gateway.ts';
import { MailGateway } from '../gateways/mail.gateway.ts';
import { ShopGateway } from '../gateways/shop.gateway.ts';
import { PerformCommandConsumer } from '../perform-command/perform-command.consumer.ts';
import { migrations } from '../storage/migrations.ts';

/** An answer of the service. */
export interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/** A request of a shop; signed unless a header says otherwise. */
export interface ShopRequest {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The service on a schema of its own, with a shop and a mail server in memory. */
export interface TestApp {
  readonly app: NestFastifyApplication;
  readonly dataSource: DataSource;
  readonly shop: FakeShopGateway;
  readonly mail: FakeMailGateway;
  send(request: ShopRequest): Promise<Answer>;
  /** Hands commands to the consumer, as the broker would. */
  command(...commands: readonly TestCommand[]): Promise<void>;
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

/** Secret of the one shop of the tests. */
export const shopSecret = 'shop-secret';

/** Builds the service on a fresh schema; nothing is started but what HTTP needs. */
export async function startTestApp(adminUrl: string): Promise<TestApp> {
  const all = [...outboxMigrations, ...effectsMigrations, ...migrations];
  const database = await freshDatabase(adminUrl, { migrations: all });
  const broker = new InMemoryBroker();
  const shop = new FakeShopGateway(['1001', '1002', '1003']);
  const mail = new FakeMailGateway();
  const codec = await localCodec();
  const parking = new InMemoryParkingStore();
  const strategy = new EventStrategy({ broker, publisher: broker, codec, parking });
  const module = await Test.createTestingModule({
    imports: [AppModule.with(settingsFor(database.databaseUrl))],
  })
    .overrideProvider(Publisher)
    .useValue(broker)
    .overrideProvider(SchemaIds)
    .useValue(new LocalSchemaIds())
    .overrideProvider(EVENT_STRATEGY)
    .useValue(strategy)
    .overrideProvider(ShopGateway)
    .useValue(shop)
    .overrideProvider(MailGateway)
    .useValue(mail)
    .compile();
  const app = module.createNestApplication<NestFastifyApplication>(
    new FastifyAdapter({ bodyLimit: 262_144 }),
    { rawBody: true, logger: ['fatal'] },
  );
  configureApp(app, 'commerce-gateway');
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  const dataSource = app.get(DataSource);
  return {
    app,
    dataSource,
    shop,
    mail,
    send: (request) => sendSigned(app, request),
    command: (...commands) => app.get(PerformCommandConsumer).handle(commands.map(deliveryOf)),
    events: () => eventsOf(dataSource),
    close: async () => {
      await app.close();
      await database.close();
    },
  };
}

function settingsFor(databaseUrl: string): CommerceGatewaySettings {
  return Object.assign(new CommerceGatewaySettings(), {
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
    shopSigningSecrets: `demo-shop:${shopSecret}`,
    shopBaseUrls: 'demo-shop=http://127.0.0.1:9',
    shopTimeoutMs: 1000,
    mailTransport: 'file',
    mailDir: '',
    smtpUrl: '',
    mailFrom: 'Shop <shop@example.com>',
    mailTemplatesDir: `${import.meta.dirname}/../../templates`,
  } satisfies CommerceGatewaySettings);
}

async function sendSigned(app: NestFastifyApplication, request: ShopRequest): Promise<Answer> {
  const { method, url, body } = request;
  const payload = typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body);
  const now = new Date(systemClock.now());
  const signature = signRequest(payload, { keyId: 'demo-shop', secret: shopSecret, now });
  const reply = await app.inject({
    method,
    url,
    headers: {
      ...(method === 'POST' ? { 'content-type': 'application/json' } : {}),
      'x-sluice-signature': signature,
      ...request.headers,
    },
    ...(method === 'POST' ? { payload } : {}),
  });
  return { status: reply.statusCode, body: JSON.parse(reply.body) as Record<string, unknown> };
}

function deliveryOf(command: TestCommand): Delivery<'sluice.commerce.v1.CommandRequested'> {
  const { effectKey, function: name, attempt = 1 } = command;
  return {
    attempt,
    message: {
      topic: 'commerce.commands.v1',
      key: effectKey,
      value: null,
      headers: {},
      partition: 0,
      offset: 0n,
      timestampMs: 0n,
    },
    event: {
      id: `event-${effectKey}`,
      type: 'sluice.commerce.v1.CommandRequested',
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
        task: 'tell',
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

import { randomUUID } from 'node:crypto';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { Clock, systemClock } from '@sluice/clock';
import { SchemaIds, deadLetterTopics, topics, type EventType } from '@sluice/contracts';
import { LocalSchemaIds, localCodec } from '@sluice/contracts/testing';
import { effectsMigrations } from '@sluice/effects';
import { EventStrategy, Publisher, fromWire, type EventRecord } from '@sluice/messaging';
import { InMemoryBroker, InMemoryParkingStore } from '@sluice/messaging/testing';
import { outboxMigrations } from '@sluice/outbox';
import { freshDatabase, type FreshDatabase } from '@sluice/postgres/testing';
import { signRequest } from '@sluice/request-signing';
import { EVENT_STRATEGY, configureApp } from '@sluice/service-host';
import { DataSource } from 'typeorm';
import { AppModule } from '../app.module.ts';
import { CybersourceGatewaySettings } from '../config.ts';
import { CybersourceGateway } from '../gateways/cybersource.gateway.ts';
import { FakeCybersourceGateway } from '../gateways/fake-cybersource.gateway.ts';
import { ownMigrations } from '../storage/migrations/index.ts';

/** An answer of the service. */
export interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/** The service on a schema of its own, with a broker in memory. */
export interface TestApp {
  readonly app: NestFastifyApplication;
  readonly dataSource: DataSource;
  readonly broker: InMemoryBroker;
  /** Undefined when the gateway was replaced. */
  readonly gateway: FakeCybersourceGateway;
  /** Sends a request that the client signs. */
  send(method: 'GET' | 'POST', url: string, request?: SignedRequest): Promise<Answer>;
  /** Events in the outbox, oldest first. */
  events(): Promise<readonly EventRecord[]>;
  /** Rows of a statement. */
  rows(sql: string): Promise<readonly Record<string, unknown>[]>;
  close(): Promise<void>;
}

/** Body and headers of a request. */
export interface SignedRequest {
  readonly body?: unknown;
  readonly idempotencyKey?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const clientSecret = 'client-secret';

/** Settings that the tests run with; every secret is made up. */
export function testSettings(
  overrides: Partial<CybersourceGatewaySettings> = {},
): CybersourceGatewaySettings {
  return Object.assign(new CybersourceGatewaySettings(), {
    httpHost: '127.0.0.1',
    httpPort: 0,
    databaseUrl: '',
    databasePoolMax: 10,
    kafkaBrokers: 'none:1',
    schemaRegistryUrl: 'http://none',
    tenant: 'demo',
    opsToken: 'operator-token-of-tests',
    tracesExporter: 'none',
    tracesUrl: '',
    logLevel: 'error',
    drainTimeoutMs: 1_000,
    cybersourceBaseUrl: 'http://127.0.0.1:9',
    cybersourceSignedHost: '',
    cybersourceMerchantId: 'demo_merchant',
    cybersourceKeyId: 'key-1',
    cybersourceSharedSecret: 'c2VjcmV0',
    cybersourceWebhookKeys: 'k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=',
    cybersourceWebhookPayloadSignatures: false,
    cybersourceTimeoutMs: 2_000,
    panHashKey: 'hash-key-of-the-tests',
    clientSigningSecrets: `demo-shop:${clientSecret}`,
    settlementPollMs: 0,
    effectQuietPeriodMs: 0,
    effectResolvePollMs: 50,
    idempotencyKeepHours: 48,
    ...overrides,
  } satisfies CybersourceGatewaySettings);
}

/** Builds the service on a fresh schema; nothing is started but what HTTP needs. */
export async function startTestApp(
  adminUrl: string,
  overrides: Partial<CybersourceGatewaySettings> = {},
  replacement?: { readonly gateway: 'real' },
): Promise<TestApp> {
  const migrations = [...outboxMigrations, ...effectsMigrations, ...ownMigrations];
  const database = await freshDatabase(adminUrl, { migrations });
  const settings = testSettings({ ...overrides, databaseUrl: database.databaseUrl });
  const broker = new InMemoryBroker();
  for (const { name } of topics) broker.createTopic(name);
  for (const name of deadLetterTopics) broker.createTopic(name);
  const gateway = new FakeCybersourceGateway(systemClock);
  const codec = await localCodec();
  const parking = new InMemoryParkingStore();
  const strategy = new EventStrategy({ broker, publisher: broker, codec, parking });
  const builder = Test.createTestingModule({ imports: [AppModule.with(settings)] })
    .overrideProvider(Publisher)
    .useValue(broker)
    .overrideProvider(SchemaIds)
    .useValue(new LocalSchemaIds())
    .overrideProvider(Clock)
    .useValue(systemClock)
    .overrideProvider(EVENT_STRATEGY)
    .useValue(strategy);
  if (replacement === undefined) builder.overrideProvider(CybersourceGateway).useValue(gateway);
  const module = await builder.compile();
  const app = module.createNestApplication<NestFastifyApplication>(
    new FastifyAdapter({ bodyLimit: 262_144 }),
    { rawBody: true, logger: ['error', 'fatal'] },
  );
  configureApp(app, 'cybersource-gateway');
  app.connectMicroservice({ strategy }, { inheritAppConfig: true });
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  return testAppOf(app, { database, broker, gateway });
}

function testAppOf(
  app: NestFastifyApplication,
  parts: {
    readonly database: FreshDatabase;
    readonly broker: InMemoryBroker;
    readonly gateway: FakeCybersourceGateway;
  },
): TestApp {
  const { database, broker, gateway } = parts;
  const dataSource = app.get(DataSource);
  return {
    app,
    dataSource,
    broker,
    gateway,
    send: (method, url, request = {}) => sendSigned(app, { method, url, ...request }),
    events: () => eventsOf(dataSource),
    rows: (sql) => dataSource.query(sql),
    close: async () => {
      await app.close();
      await database.close();
    },
  };
}

async function sendSigned(
  app: NestFastifyApplication,
  request: SignedRequest & { readonly method: 'GET' | 'POST'; readonly url: string },
): Promise<Answer> {
  const { method, url, body } = request;
  const payload = typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body);
  const signature = signRequest(payload, {
    keyId: 'demo-shop',
    secret: clientSecret,
    now: new Date(),
  });
  const reply = await app.inject({
    method,
    url,
    headers: {
      ...(method === 'POST' ? { 'content-type': 'application/json' } : {}),
      'x-sluice-signature': signature,
      'idempotency-key': request.idempotencyKey ?? randomUUID(),
      ...request.headers,
    },
    ...(method === 'POST' ? { payload } : {}),
  });
  return { status: reply.statusCode, body: JSON.parse(reply.body) as Record<string, unknown> };
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
    rows.map((row) =>
      fromWire(
        {
          topic: row.topic,
          key: row.aggregateid,
          value: row.payload,
          headers: row.headers,
          partition: 0,
          offset: 0n,
          timestampMs: 0n,
        },
        codec,
      ),
    ),
  );
}

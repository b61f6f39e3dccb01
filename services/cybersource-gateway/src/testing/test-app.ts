import { randomUUID } from 'node:crypto';
import { systemClock } from '@sluice/clock';
import { signRequest } from '@sluice/request-signing';
import {
  hostSettings,
  sendJson,
  startTestService,
  type Answer,
  type TestService,
} from '@sluice/service-host/testing';
import { AppModule } from '../app.module.ts';
import { CybersourceGatewaySettings } from '../config.ts';
import { CybersourceGateway } from '../gateways/cybersource.gateway.ts';
import { FakeCybersourceGateway } from '../gateways/fake-cybersource.gateway.ts';
import { ownMigrations } from '../storage/migrations/index.ts';

export type { Answer } from '@sluice/service-host/testing';

/** The service on a schema of its own, with a broker in memory. */
export interface TestApp extends TestService {
  /** Stands idle when the gateway is the real one. */
  readonly gateway: FakeCybersourceGateway;
  /** Sends a request that the client signs. */
  send(method: 'GET' | 'POST', url: string, request?: SignedRequest): Promise<Answer>;
  /** Rows of a statement. */
  rows(sql: string): Promise<readonly Record<string, unknown>[]>;
}

/** Body and headers of a request. */
export interface SignedRequest {
  readonly body?: unknown;
  readonly idempotencyKey?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const clientSecret = 'client-secret';

/** Builds the service on a fresh schema; nothing is started but what HTTP needs. */
export async function startTestApp(
  adminUrl: string,
  overrides: Partial<CybersourceGatewaySettings> = {},
  replacement?: { readonly gateway: 'real' },
): Promise<TestApp> {
  const gateway = new FakeCybersourceGateway(systemClock);
  const service = await startTestService({
    name: 'cybersource-gateway',
    adminUrl,
    migrations: ownMigrations,
    module: (databaseUrl) => AppModule.with({ ...settingsFor(databaseUrl), ...overrides }),
    fakes: replacement === undefined ? [[CybersourceGateway, gateway]] : [],
  });
  const { app, dataSource } = service;
  return {
    ...service,
    gateway,
    send: (method, url, { body, headers, idempotencyKey = randomUUID() } = {}) =>
      sendJson(app, {
        method,
        url,
        body,
        headersFor: (text) => ({
          'x-sluice-signature': signatureOf(text),
          'idempotency-key': idempotencyKey,
          ...headers,
        }),
      }),
    rows: (sql) => dataSource.query(sql),
  };
}

function settingsFor(databaseUrl: string): CybersourceGatewaySettings {
  return Object.assign(new CybersourceGatewaySettings(), {
    ...hostSettings(databaseUrl),
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
  } satisfies CybersourceGatewaySettings);
}

function signatureOf(payload: string): string {
  return signRequest(payload, { keyId: 'demo-shop', secret: clientSecret, now: new Date() });
}

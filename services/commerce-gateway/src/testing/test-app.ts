import { systemClock } from '@sluice/clock';
import { commandDelivery, type TestCommand } from '@sluice/commands/testing';
import { signRequest } from '@sluice/request-signing';
import {
  hostSettings,
  sendJson,
  startTestService,
  type Answer,
  type TestService,
} from '@sluice/service-host/testing';
import { AppModule, serviceName } from '../app.module.ts';
import { CommerceGatewaySettings } from '../config.ts';
import { FakeMailGateway } from '../gateways/fake-mail.gateway.ts';
import { FakeShopGateway } from '../gateways/fake-shop.gateway.ts';
import { MailGateway } from '../gateways/mail.gateway.ts';
import { ShopGateway } from '../gateways/shop.gateway.ts';
import { PerformCommandConsumer } from '../perform-command/perform-command.consumer.ts';
import { migrations } from '../storage/migrations.ts';

export type { Answer } from '@sluice/service-host/testing';

/** A request of a shop; signed unless a header says otherwise. */
export interface ShopRequest {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The service on a schema of its own, with a shop and a mail server in memory. */
export interface TestApp extends TestService {
  readonly shop: FakeShopGateway;
  readonly mail: FakeMailGateway;
  send(request: ShopRequest): Promise<Answer>;
  /** Hands commands to the consumer, as the broker would. */
  command(...commands: readonly TestCommand[]): Promise<void>;
}

/** Secret of the one shop of the tests. */
export const shopSecret = 'shop-secret';

/** Builds the service on a fresh schema; nothing is started but what HTTP needs. */
export async function startTestApp(adminUrl: string): Promise<TestApp> {
  const shop = new FakeShopGateway(['1001', '1002', '1003']);
  const mail = new FakeMailGateway();
  const service = await startTestService({
    name: serviceName,
    adminUrl,
    migrations,
    module: (databaseUrl) => AppModule.with(settingsFor(databaseUrl)),
    fakes: [
      [ShopGateway, shop],
      [MailGateway, mail],
    ],
  });
  const { app } = service;
  return {
    ...service,
    shop,
    mail,
    send: ({ method, url, body, headers }) =>
      sendJson(app, { method, url, body, headersFor: (text) => ({ ...signed(text), ...headers }) }),
    command: (...commands) =>
      app
        .get(PerformCommandConsumer)
        .handle(commands.map((command) => commandDelivery('commerce', command))),
  };
}

function settingsFor(databaseUrl: string): CommerceGatewaySettings {
  return Object.assign(new CommerceGatewaySettings(), {
    ...hostSettings(databaseUrl),
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

function signed(payload: string): Readonly<Record<string, string>> {
  const now = new Date(systemClock.now());
  return {
    'x-sluice-signature': signRequest(payload, { keyId: 'demo-shop', secret: shopSecret, now }),
  };
}

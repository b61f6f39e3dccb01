import { commandDelivery, type TestCommand } from '@sluice/commands/testing';
import { hostSettings, startTestService, type TestService } from '@sluice/service-host/testing';
import { AppModule, serviceName } from '../app.module.ts';
import { ZohoGatewaySettings } from '../config.ts';
import { FakeZohoGateway } from '../gateways/fake-zoho.gateway.ts';
import { ZohoGateway } from '../gateways/zoho.gateway.ts';
import { PerformCommandConsumer } from '../perform-command/perform-command.consumer.ts';
import { migrations } from '../storage/migrations.ts';

/** The service on a schema of its own, with a Zoho in memory unless settings name a real one. */
export interface TestApp extends TestService {
  readonly zoho: FakeZohoGateway;
  /** Hands commands to the consumer, as the broker would. */
  command(...commands: readonly TestCommand[]): Promise<void>;
  /** Makes every effect and notice due now. */
  skipWaits(): Promise<void>;
}

/** Secret of the webhooks in the tests. */
export const webhookSecret = 'sandboxwebhooksecret';

/** Builds the service on a fresh schema; nothing is started but what HTTP needs. */
export async function startTestApp(
  adminUrl: string,
  overrides: Partial<ZohoGatewaySettings> = {},
): Promise<TestApp> {
  const zoho = new FakeZohoGateway();
  const service = await startTestService({
    name: serviceName,
    adminUrl,
    migrations,
    module: (databaseUrl) => AppModule.with({ ...settingsFor(databaseUrl), ...overrides }),
    fakes: overrides.zohoApiUrl === undefined ? [[ZohoGateway, zoho]] : [],
  });
  const { app, dataSource } = service;
  return {
    ...service,
    zoho,
    command: (...commands) =>
      app
        .get(PerformCommandConsumer)
        .handle(commands.map((command) => commandDelivery('zoho', command))),
    skipWaits: async () => {
      await dataSource.query('update effect set not_before = now(), due_at = now()');
      await dataSource.query('update credit_note_notice set next_at = now()');
      await dataSource.query('update back_fill set next_at = now()');
    },
  };
}

function settingsFor(databaseUrl: string): ZohoGatewaySettings {
  return Object.assign(new ZohoGatewaySettings(), {
    ...hostSettings(databaseUrl),
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

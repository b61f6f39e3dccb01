import { systemClock } from '@sluice/clock';
import { HttpClient } from '@sluice/outbound-http';
import { freshDatabase } from '@sluice/postgres/testing';
import { RateBudget } from '@sluice/rate-budget';
import { startSandbox } from '@sluice/service-host/testing';
import { describe, inject } from 'vitest';
import { migrations } from '../storage/migrations.ts';
import { OauthTokenRepository } from '../storage/oauth-token.repository.ts';
import { AccessTokens } from './access-tokens.ts';
import { HttpZohoAccounts } from './http-zoho-accounts.ts';
import { HttpZohoGateway } from './http-zoho.gateway.ts';
import { zohoConformance } from './zoho.conformance.ts';

const credentials = {
  clientId: '1000.SANDBOXCLIENT',
  clientSecret: 'sandbox-client-secret',
  refreshToken: '1000.sandbox.refresh',
};

describe('HttpZohoGateway on the Zoho twin', () => {
  zohoConformance(async () => {
    const sandbox = await startSandbox();
    const database = await freshDatabase(inject('databaseUrl'), { migrations });
    const { dataSource } = database;
    const client = new HttpClient({ name: 'zoho', allowedHosts: [new URL(sandbox.zoho).host] });
    const accounts = new HttpZohoAccounts(client, systemClock, {
      accountsUrl: sandbox.zoho,
      ...credentials,
    });
    const store = new OauthTokenRepository(dataSource, { tenant: 'demo', ...credentials });
    const budget = new RateBudget(dataSource, { name: 'zoho', perMinute: 90, concurrency: 5 });
    const gateway = new HttpZohoGateway({
      client,
      clock: systemClock,
      tokens: new AccessTokens({ store, accounts, clock: systemClock }),
      budgets: { books: budget, inventory: budget, crm: budget, desk: budget },
      endpoints: {
        apiUrl: sandbox.zoho,
        deskUrl: sandbox.zoho,
        organizationId: '20096815001',
        deskOrganizationId: '20096815001',
        uniqueField: 'cf_sluice_key',
      },
    });
    const departments = await gateway.call({
      product: 'desk',
      method: 'GET',
      path: '/departments',
    });
    const [department] = departments['data'] as { id: string }[];
    const close = async (): Promise<void> => {
      await client.close();
      await database.close();
      await sandbox.stop();
    };
    return { gateway, departmentId: department?.id ?? '', close };
  });
});

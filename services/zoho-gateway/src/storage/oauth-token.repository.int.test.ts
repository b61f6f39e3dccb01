import { systemClock } from '@sluice/clock';
import { freshDatabase, type FreshDatabase } from '@sluice/postgres/testing';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { AccessTokens, ZohoAccounts, type AccessToken } from '../gateways/access-tokens.ts';
import { ZohoNotExecuted } from '../gateways/zoho.gateway.ts';
import { migrations } from './migrations.ts';
import { OauthTokenRepository } from './oauth-token.repository.ts';

class SlowAccounts extends ZohoAccounts {
  refreshes = 0;
  failure: Error | undefined;

  override async refresh(): Promise<AccessToken> {
    this.refreshes += 1;
    const value = `1000.token.${this.refreshes}`;
    await new Promise((resolve) => setTimeout(resolve, 50));
    if (this.failure !== undefined) throw this.failure;
    return { value, apiDomain: 'https://www.zohoapis.eu', expiresAtMs: Date.now() + 3_600_000 };
  }
}

describe('OauthTokenRepository', () => {
  let database: FreshDatabase;

  beforeAll(async () => {
    database = await freshDatabase(inject('databaseUrl'), { migrations });
  });

  afterAll(async () => {
    await database.close();
  });

  const repository = (refreshToken: string, clientSecret = 'secret') =>
    new OauthTokenRepository(database.dataSource, { tenant: 'demo', refreshToken, clientSecret });
  const replica = (accounts: ZohoAccounts, refreshToken: string) =>
    new AccessTokens({ store: repository(refreshToken), accounts, clock: systemClock });

  it('lets one of many replicas ask for the token that all of them use', async () => {
    const accounts = new SlowAccounts();
    const replicas = Array.from({ length: 5 }, () => replica(accounts, 'many'));

    const tokens = await Promise.all(replicas.map((one) => one.current()));

    expect(accounts.refreshes).toBe(1);
    expect(new Set(tokens.map((token) => token.value))).toEqual(new Set(['1000.token.1']));
    expect(tokens[0]?.apiDomain).toBe('https://www.zohoapis.eu');
  });

  it('renews once when every replica finds the token refused', async () => {
    const accounts = new SlowAccounts();
    const replicas = Array.from({ length: 5 }, () => replica(accounts, 'refused'));
    const stale = await Promise.all(replicas.map((one) => one.current()));

    const renewed = await Promise.all(replicas.map((one, index) => one.renew(stale[index]?.value)));

    expect(accounts.refreshes).toBe(2);
    expect(new Set(renewed.map((token) => token.value))).toEqual(new Set(['1000.token.2']));
  });

  it('stores no token that can be read', async () => {
    await replica(new SlowAccounts(), 'sealed').current();

    const rows = await database.dataSource.query('select * from oauth_token');

    expect(JSON.stringify(rows)).not.toMatch(/1000\.token|refused|sealed"/);
    expect(rows.every((row: { sealed_token: Buffer }) => !row.sealed_token.includes('1000.'))).toBe(
      true,
    );
  });

  it('asks anew when the client secret has changed', async () => {
    await replica(new SlowAccounts(), 'rotated').current();
    const rotated = repository('rotated', 'new secret');

    expect(await rotated.read()).toBeUndefined();
    expect(await rotated.claim(undefined, 30_000)).toBe(true);
  });

  it('keeps every replica from asking while the accounts server wants a pause', async () => {
    const accounts = new SlowAccounts();
    accounts.failure = new ZohoNotExecuted('throttled', { retryAfterMs: 60_000 });
    await expect(replica(accounts, 'paused').current()).rejects.toThrow('throttled');

    expect(await repository('paused').claim(undefined, 30_000)).toBe(false);
  });
});

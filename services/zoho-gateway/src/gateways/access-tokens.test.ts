import { FakeClock } from '@sluice/clock/testing';
import { describe, expect, it } from 'vitest';
import { AccessTokens, TokenStore, ZohoAccounts, type AccessToken } from './access-tokens.ts';
import { ZohoNotExecuted } from './zoho.gateway.ts';

class MemoryTokenStore extends TokenStore {
  token: AccessToken | undefined;
  isClaimed = false;
  heldOffMs = 0;

  override async read(): Promise<AccessToken | undefined> {
    return this.token;
  }

  override async claim(stale: string | undefined): Promise<boolean> {
    if (this.isClaimed || this.token?.value !== stale) return false;
    this.isClaimed = true;
    return true;
  }

  override async store(token: AccessToken): Promise<void> {
    this.token = token;
    this.isClaimed = false;
  }

  override async holdOff(forMs: number): Promise<void> {
    this.heldOffMs = forMs;
  }
}

class CountingAccounts extends ZohoAccounts {
  refreshes = 0;
  failure: Error | undefined;

  constructor(private readonly clock: FakeClock) {
    super();
  }

  override async refresh(): Promise<AccessToken> {
    this.refreshes += 1;
    if (this.failure !== undefined) throw this.failure;
    const expiresAtMs = this.clock.now().getTime() + 3_600_000;
    return { value: `token-${this.refreshes}`, expiresAtMs };
  }
}

function setUp() {
  const clock = new FakeClock();
  const store = new MemoryTokenStore();
  const accounts = new CountingAccounts(clock);
  const tokens = new AccessTokens({ store, accounts, clock });
  return { clock, store, accounts, tokens };
}

describe('AccessTokens', () => {
  it('asks once for many callers', async () => {
    const { tokens, accounts } = setUp();

    const values = await Promise.all([tokens.current(), tokens.current(), tokens.current()]);

    expect(new Set(values.map((token) => token.value))).toEqual(new Set(['token-1']));
    expect(accounts.refreshes).toBe(1);
  });

  it('asks once for two replicas', async () => {
    const { clock, store, accounts, tokens } = setUp();
    const other = new AccessTokens({ store, accounts, clock });

    const [one, two] = await Promise.all([tokens.current(), other.current()]);

    expect([one.value, two.value]).toEqual(['token-1', 'token-1']);
    expect(accounts.refreshes).toBe(1);
  });

  it('renews five minutes before the end', async () => {
    const { clock, tokens } = setUp();
    await tokens.current();

    clock.advance(3_600_000 - 5 * 60_000 - 1);
    const before = await tokens.current();
    clock.advance(1);
    const after = await tokens.current();

    expect([before.value, after.value]).toEqual(['token-1', 'token-2']);
  });

  it('takes what another replica has renewed instead of asking again', async () => {
    const { clock, store, accounts, tokens } = setUp();
    const stale = await tokens.current();
    const other = new AccessTokens({ store, accounts, clock });
    await other.renew(stale.value);

    const renewed = await tokens.renew(stale.value);

    expect(renewed.value).toBe('token-2');
    expect(accounts.refreshes).toBe(2);
  });

  it('lets every replica pause when the accounts server asks for it', async () => {
    const { store, accounts, tokens } = setUp();
    accounts.failure = new ZohoNotExecuted('throttled', { retryAfterMs: 60_000 });

    await expect(tokens.current()).rejects.toThrow('throttled');

    expect(store.heldOffMs).toBe(60_000);
  });
});

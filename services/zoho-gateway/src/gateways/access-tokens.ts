import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '@sluice/clock';
import { ZohoNotExecuted } from './zoho.gateway.ts';

/** A token of the shared connection. */
export interface AccessToken {
  readonly value: string;
  /** What the accounts server named as the host of the APIs. */
  readonly apiDomain?: string;
  readonly expiresAtMs: number;
}

/** Where the shared token is kept; all replicas see the same row. */
export abstract class TokenStore {
  abstract read(): Promise<AccessToken | undefined>;
  /**
   * Takes the right to refresh, for `leaseMs`, unless somebody else holds it or the stored token is
   * no longer the one named as `stale`. Resolves with false when it was not taken.
   */
  abstract claim(stale: string | undefined, leaseMs: number): Promise<boolean>;
  /** Stores the new token and gives the right back. */
  abstract store(token: AccessToken): Promise<void>;
  /** Nobody refreshes for this long: the accounts server asked for a pause. */
  abstract holdOff(forMs: number): Promise<void>;
}

/** Asks the accounts server for a new token. Throws `ZohoNotExecuted`. */
export abstract class ZohoAccounts {
  abstract refresh(): Promise<AccessToken>;
}

const earlyMs = 5 * 60_000;
const leaseMs = 30_000;
const waitMsMax = 15_000;
const pollMs = 100;
const holdOffMsMin = 1000;

/**
 * One access token for all replicas.
 *
 * It is renewed five minutes before it ends, or when Zoho refuses it, by exactly one caller at a
 * time; the others wait for the result. No transaction is open while the accounts server is asked.
 */
export class AccessTokens {
  private readonly store: TokenStore;
  private readonly accounts: ZohoAccounts;
  private readonly clock: Clock;
  private renewing: { stale: string | undefined; result: Promise<AccessToken> } | undefined;
  private cached: AccessToken | undefined;

  constructor(parts: { store: TokenStore; accounts: ZohoAccounts; clock: Clock }) {
    this.store = parts.store;
    this.accounts = parts.accounts;
    this.clock = parts.clock;
  }

  /** A token that is good for at least some minutes. */
  async current(): Promise<AccessToken> {
    const cached = this.ifFresh(this.cached);
    if (cached !== undefined) return cached;
    const stored = await this.store.read();
    this.cached = this.ifFresh(stored);
    return this.cached ?? (await this.renew(stored?.value));
  }

  /** A token other than `stale`, which Zoho has refused or which is about to end. */
  async renew(stale: string | undefined): Promise<AccessToken> {
    if (this.renewing !== undefined && this.renewing.stale === stale) {
      return await this.renewing.result;
    }
    const result = this.renewShared(stale);
    const renewing = { stale, result };
    this.renewing = renewing;
    try {
      this.cached = await result;
      return this.cached;
    } finally {
      if (this.renewing === renewing) this.renewing = undefined;
    }
  }

  private async renewShared(stale: string | undefined): Promise<AccessToken> {
    const giveUpAtMs = this.clock.monotonicMs() + waitMsMax;
    while (this.clock.monotonicMs() < giveUpAtMs) {
      const stored = await this.store.read();
      const fresh = this.ifFresh(stored);
      if (fresh !== undefined && fresh.value !== stale) return fresh;
      if (await this.store.claim(stored?.value, leaseMs)) return await this.refresh();
      await sleep(pollMs);
    }
    throw new ZohoNotExecuted('The access token of Zoho is being renewed.', { retryAfterMs: 5000 });
  }

  private async refresh(): Promise<AccessToken> {
    try {
      const token = await this.accounts.refresh();
      await this.store.store(token);
      return token;
    } catch (error) {
      const pauseMs = error instanceof ZohoNotExecuted ? (error.retryAfterMs ?? 0) : 0;
      await this.store.holdOff(Math.max(pauseMs, holdOffMsMin));
      throw error;
    }
  }

  private ifFresh(token: AccessToken | undefined): AccessToken | undefined {
    if (token === undefined) return undefined;
    return token.expiresAtMs - earlyMs > this.clock.now().getTime() ? token : undefined;
  }
}

import { createHash } from 'node:crypto';
import { asFailures } from '@sluice/postgres';
import type { DataSource } from 'typeorm';
import { TokenStore, type AccessToken } from '../gateways/access-tokens.ts';
import { open, seal, sealingKey } from './sealed.ts';

/** Which connection the token belongs to, and the secret that seals it. */
export interface OauthTokenKey {
  readonly tenant: string;
  readonly refreshToken: string;
  readonly clientSecret: string;
}

interface TokenRow {
  readonly fingerprint: string | null;
  readonly sealed_token: Buffer | null;
  readonly api_domain: string | null;
  readonly expires_at: Date | null;
}

const readSql = `
  select fingerprint, sealed_token, api_domain, expires_at from oauth_token
  where tenant = $1 and connection = $2`;

const createSql = `
  insert into oauth_token (tenant, connection) values ($1, $2) on conflict do nothing`;

const claimSql = `
  update oauth_token set refreshing_until = now() + make_interval(secs => $4)
  where tenant = $1 and connection = $2 and fingerprint is not distinct from $3
    and (refreshing_until is null or refreshing_until < now())
  returning 1`;

const storeSql = `
  update oauth_token set sealed_token = $3, fingerprint = $4, api_domain = $5,
    expires_at = to_timestamp($6), refreshing_until = null
  where tenant = $1 and connection = $2`;

const holdOffSql = `
  update oauth_token set refreshing_until = now() + make_interval(secs => $3)
  where tenant = $1 and connection = $2`;

/**
 * The shared access token in Postgres: encrypted, and renewed by whoever holds the lease.
 *
 * A token that cannot be decrypted counts as absent, so a changed client secret heals itself.
 */
export class OauthTokenRepository extends TokenStore {
  private readonly dataSource: DataSource;
  private readonly row: readonly [tenant: string, connection: string];
  private readonly key: Buffer;

  constructor(dataSource: DataSource, owner: OauthTokenKey) {
    super();
    this.dataSource = dataSource;
    this.row = [owner.tenant, hash(owner.refreshToken)];
    this.key = sealingKey(owner.clientSecret, 'zoho access token');
  }

  override async read(): Promise<AccessToken | undefined> {
    return this.tokenOf(await this.load());
  }

  override async claim(stale: string | undefined, leaseMs: number): Promise<boolean> {
    await this.run(createSql, this.row);
    const found = await this.load();
    // Somebody has stored another token since the caller looked.
    if (this.tokenOf(found)?.value !== stale) return false;
    const values = [...this.row, found?.fingerprint ?? null, leaseMs / 1000];
    const [rows] = (await this.run(claimSql, values)) as [unknown[], number];
    return rows.length === 1;
  }

  override async store(token: AccessToken): Promise<void> {
    await this.run(storeSql, [
      ...this.row,
      seal(token.value, this.key, this.row.join('/')),
      hash(token.value),
      token.apiDomain ?? null,
      token.expiresAtMs / 1000,
    ]);
  }

  override async holdOff(forMs: number): Promise<void> {
    await this.run(holdOffSql, [...this.row, forMs / 1000]);
  }

  private async load(): Promise<TokenRow | undefined> {
    const rows = (await this.run(readSql, this.row)) as TokenRow[];
    return rows[0];
  }

  private tokenOf(row: TokenRow | undefined): AccessToken | undefined {
    if (row === undefined || row.sealed_token === null || row.expires_at === null) return undefined;
    const value = open(row.sealed_token, this.key, this.row.join('/'));
    if (value === undefined) return undefined;
    const apiDomain = row.api_domain === null ? {} : { apiDomain: row.api_domain };
    return { value, ...apiDomain, expiresAtMs: row.expires_at.getTime() };
  }

  private run(sql: string, values: readonly unknown[]): Promise<unknown> {
    return asFailures(() => this.dataSource.query(sql, [...values]));
  }
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

import { createHash, randomBytes } from 'node:crypto';
import type { ZohoContext } from '../context.ts';

interface AccessToken {
  readonly id: string;
  readonly refreshId: string;
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;
  isRevoked: boolean;
}

interface GrantCode {
  readonly id: string;
  readonly expiresAtMs: number;
}

/** Limits of the accounts server. */
export interface TokenLimits {
  tokensPerWindow: number;
  windowMs: number;
  liveTokensMax: number;
  lifeSeconds: number;
}

const codeLifeMs = 3 * 60 * 1000;

/** Access tokens, refresh tokens and grant codes; only hashes of them are kept. */
export class TokenStore {
  readonly limits: TokenLimits = {
    tokensPerWindow: 10,
    windowMs: 10 * 60 * 1000,
    liveTokensMax: 15,
    lifeSeconds: 3600,
  };
  private readonly context: ZohoContext;

  constructor(context: ZohoContext) {
    this.context = context;
  }

  /** Tells whether a refresh token is good. */
  hasRefreshToken(token: string): boolean {
    const id = hash(token);
    if (this.context.ledger.get('revoked-refresh-tokens', id) !== undefined) return false;
    const isConfigured = token === this.context.settings.zohoRefreshToken;
    return isConfigured || this.context.ledger.get('refresh-tokens', id) !== undefined;
  }

  createRefreshToken(): string {
    const token = newToken();
    this.context.ledger.put('refresh-tokens', hash(token), { id: hash(token) });
    return token;
  }

  /** A new access token, or undefined when too many were asked for in the window. */
  issue(refreshToken: string): string | undefined {
    const { ledger, now } = this.context;
    const nowMs = now().getTime();
    const refreshId = hash(refreshToken);
    const mine = ledger
      .list<AccessToken>('access-tokens')
      .filter((token) => token.refreshId === refreshId);
    const recent = mine.filter(({ issuedAtMs }) => issuedAtMs > nowMs - this.limits.windowMs);
    if (recent.length >= this.limits.tokensPerWindow) return undefined;
    const live = mine.filter((token) => !token.isRevoked && token.expiresAtMs > nowMs);
    for (const oldest of live.slice(0, Math.max(0, live.length + 1 - this.limits.liveTokensMax))) {
      ledger.put('access-tokens', oldest.id, { ...oldest, isRevoked: true });
    }
    const token = newToken();
    ledger.put('access-tokens', hash(token), {
      id: hash(token),
      refreshId,
      issuedAtMs: nowMs,
      expiresAtMs: nowMs + this.limits.lifeSeconds * 1000,
      isRevoked: false,
    } satisfies AccessToken);
    return token;
  }

  /** Whether an access token is known, live and not revoked. */
  isLive(token: string): boolean {
    const found = this.context.ledger.get<AccessToken>('access-tokens', hash(token));
    if (found === undefined || found.isRevoked) return false;
    return found.expiresAtMs > this.context.now().getTime();
  }

  /** Revokes an access token, or a refresh token with all its access tokens. */
  revoke(token: string): boolean {
    const { ledger } = this.context;
    const id = hash(token);
    const access = ledger.get<AccessToken>('access-tokens', id);
    if (access !== undefined) {
      ledger.put('access-tokens', id, { ...access, isRevoked: true });
      return true;
    }
    if (!this.hasRefreshToken(token)) return false;
    ledger.put('revoked-refresh-tokens', id, { id });
    this.revokeAll(id);
    return true;
  }

  /** Revokes every access token (of one refresh token, when named); returns how many were live. */
  revokeAll(refreshId?: string): number {
    const { ledger } = this.context;
    const live = ledger
      .list<AccessToken>('access-tokens')
      .filter((token) => !token.isRevoked)
      .filter((token) => refreshId === undefined || token.refreshId === refreshId);
    for (const token of live) {
      ledger.put('access-tokens', token.id, { ...token, isRevoked: true });
    }
    return live.length;
  }

  /** Forgets issued tokens, so that the next window starts empty. */
  forget(): void {
    const { ledger } = this.context;
    for (const { id } of ledger.list<AccessToken>('access-tokens')) {
      ledger.delete('access-tokens', id);
    }
  }

  createGrantCode(): string {
    const code = newToken();
    const expiresAtMs = this.context.now().getTime() + codeLifeMs;
    this.context.ledger.put('grant-codes', hash(code), { id: hash(code), expiresAtMs });
    return code;
  }

  /** Uses a grant code up; false when it is unknown, used or too old. */
  redeem(code: string): boolean {
    const { ledger, now } = this.context;
    const found = ledger.get<GrantCode>('grant-codes', hash(code));
    if (found === undefined) return false;
    ledger.delete('grant-codes', found.id);
    return found.expiresAtMs > now().getTime();
  }
}

function newToken(): string {
  return `1000.${randomBytes(16).toString('hex')}.${randomBytes(16).toString('hex')}`;
}

function hash(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

import type { Clock } from '@sluice/clock';
import type { HttpClient } from '@sluice/outbound-http';
import { asText, readZohoJson, type ZohoObject, type ZohoValue } from '../domain/zoho-json.ts';
import { ZohoAccounts, type AccessToken } from './access-tokens.ts';
import { ZohoNotExecuted } from './zoho.gateway.ts';

/** Credentials of the connection. */
export interface AccountsOptions {
  readonly accountsUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly refreshToken: string;
}

const throttledMs = 60_000;
const unreachableMs = 2000;
const refusedMs = 60_000;
const secondsMax = 24 * 60 * 60;

/**
 * The accounts server of Zoho.
 *
 * It tells errors with status 200 and its throttle with 400 or 200, so the body decides and not the
 * status. A renewal does nothing to the merchant's books: every failure is `ZohoNotExecuted`.
 */
export class HttpZohoAccounts extends ZohoAccounts {
  private readonly client: HttpClient;
  private readonly clock: Clock;
  private readonly options: AccountsOptions;

  constructor(client: HttpClient, clock: Clock, options: AccountsOptions) {
    super();
    this.client = client;
    this.clock = clock;
    this.options = options;
  }

  override async refresh(): Promise<AccessToken> {
    const askedAtMs = this.clock.now().getTime();
    const body = parse((await this.post()).text);
    const value = asText(body['access_token']);
    if (value === undefined) throw refusal(body);
    const apiDomain = asText(body['api_domain']);
    return {
      value,
      ...(apiDomain === undefined ? {} : { apiDomain }),
      expiresAtMs: askedAtMs + lifetimeSeconds(body['expires_in']) * 1000,
    };
  }

  private async post(): Promise<{ readonly text: string }> {
    const form = new URLSearchParams({
      grant_type: 'refresh_token',
      client_id: this.options.clientId,
      client_secret: this.options.clientSecret,
      refresh_token: this.options.refreshToken,
    });
    try {
      return await this.client.request({
        method: 'POST',
        url: `${new URL(this.options.accountsUrl).origin}/oauth/v2/token`,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: form.toString(),
      });
    } catch (cause) {
      throw new ZohoNotExecuted('The accounts server of Zoho cannot be reached.', {
        retryAfterMs: unreachableMs,
        cause,
      });
    }
  }
}

function refusal(body: ZohoObject): ZohoNotExecuted {
  const error = asText(body['error']) ?? 'unreadable answer';
  const isThrottled = /access.denied/i.test(error) || body['status'] === 'failure';
  return isThrottled
    ? new ZohoNotExecuted('The accounts server of Zoho throttles token requests.', {
        retryAfterMs: throttledMs,
      })
    : new ZohoNotExecuted(`Zoho gives no access token (${error.slice(0, 100)}).`, {
        retryAfterMs: refusedMs,
      });
}

function lifetimeSeconds(value: ZohoValue | undefined): number {
  const seconds = Number(asText(value) ?? '3600');
  return Number.isFinite(seconds) ? Math.min(Math.max(seconds, 0), secondsMax) : 3600;
}

function parse(text: string): ZohoObject {
  try {
    const value = readZohoJson(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as ZohoObject)
      : {};
  } catch {
    return {};
  }
}

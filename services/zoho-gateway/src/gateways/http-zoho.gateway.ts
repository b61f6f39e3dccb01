import type { OnApplicationShutdown } from '@nestjs/common';
import type { Clock } from '@sluice/clock';
import { TransientFailure } from '@sluice/failure';
import { HttpNotSent, HttpOutcomeUnknown, type HttpClient } from '@sluice/outbound-http';
import { counter } from '@sluice/telemetry';
import { judge, type Verdict, type ZohoProduct } from '../domain/reply.ts';
import { writeZohoJson, type ZohoObject } from '../domain/zoho-json.ts';
import type { AccessToken, AccessTokens } from './access-tokens.ts';
import { apiBase } from './data-centres.ts';
import {
  ZohoGateway,
  ZohoNotExecuted,
  ZohoOutcomeUnknown,
  ZohoRefused,
  type ZohoRequest,
} from './zoho.gateway.ts';

/** Where the APIs are and whose data they hold. */
export interface ZohoEndpoints {
  readonly apiUrl: string;
  readonly deskUrl: string;
  readonly organizationId: string;
  readonly deskOrganizationId: string;
  /** API name of the custom field that refuses duplicates. */
  readonly uniqueField: string;
}

/** Leave to call, shared by all replicas; a rate budget is one. */
export interface CallBudget {
  /** Throws `RATE_BUDGET_EXHAUSTED` when no leave is given within the wait. */
  acquire(options: { readonly waitMsMax: number }): Promise<CallPermit>;
  /** Gives no leave before the instant. */
  block(untilMs: number): Promise<void>;
}

/** Leave for one call; it must be released. */
export interface CallPermit {
  release(): Promise<void>;
}

/** What the gateway works with. */
export interface HttpZohoParts {
  readonly client: HttpClient;
  readonly tokens: AccessTokens;
  readonly clock: Clock;
  /** One budget per product; Books and Inventory share theirs, being one organisation. */
  readonly budgets: Readonly<Record<ZohoProduct, CallBudget>>;
  readonly endpoints: ZohoEndpoints;
}

/** Longest wait for a permit of the rate budget. */
export const permitWaitMsMax = 5000;
const unauthorisedRetryMs = 30_000;
const notSentRetryMs = 1000;

const throttles = counter('sluice_zoho_throttled', 'Calls that Zoho turned away unread, by cause');

/** The real Zoho, over HTTP. */
export class HttpZohoGateway extends ZohoGateway implements OnApplicationShutdown {
  private readonly parts: HttpZohoParts;

  constructor(parts: HttpZohoParts) {
    super();
    this.parts = parts;
  }

  override async call(request: ZohoRequest): Promise<ZohoObject> {
    const token = await this.parts.tokens.current();
    const first = await this.attempt(request, token);
    if (first.kind !== 'unauthorised') return this.conclude(request, first);
    const second = await this.attempt(request, await this.parts.tokens.renew(token.value));
    return this.conclude(request, second);
  }

  /** Closes the client, which the accounts server is called with too; requests under way end first. */
  async onApplicationShutdown(): Promise<void> {
    await this.parts.client.close();
  }

  private async attempt(request: ZohoRequest, token: AccessToken): Promise<Verdict> {
    const permit = await this.permit(request.product);
    try {
      this.refuseLate(request);
      const reply = await this.parts.client.request({
        method: request.method,
        url: this.urlOf(request, token),
        headers: this.headersOf(request, token),
        ...(request.body === undefined ? {} : { body: writeZohoJson(request.body) }),
        route: `${request.method} zoho-${request.product}`,
      });
      return judge(request.product, reply);
    } catch (error) {
      throw translate(error);
    } finally {
      await permit.release();
    }
  }

  private refuseLate({ notAfterMs }: ZohoRequest): void {
    if (notAfterMs === undefined || this.parts.clock.monotonicMs() <= notAfterMs) return;
    throw new ZohoNotExecuted('The time for this call was over before it was made.', {
      retryAfterMs: notSentRetryMs,
    });
  }

  private async permit(product: ZohoProduct): Promise<CallPermit> {
    try {
      return await this.parts.budgets[product].acquire({ waitMsMax: permitWaitMsMax });
    } catch (cause) {
      const isExhausted =
        cause instanceof TransientFailure && cause.code === 'RATE_BUDGET_EXHAUSTED';
      if (!isExhausted) throw cause;
      throw new ZohoNotExecuted('The rate budget for Zoho is used up.', {
        retryAfterMs: cause.retryAfterMs ?? permitWaitMsMax,
        cause,
      });
    }
  }

  private async conclude(request: ZohoRequest, verdict: Verdict): Promise<ZohoObject> {
    if (verdict.kind === 'success') return verdict.body;
    if (verdict.kind === 'refused') throw new ZohoRefused(request, verdict.code, verdict.message);
    if (verdict.kind === 'unknown') throw new ZohoOutcomeUnknown(verdict.why);
    if (verdict.kind === 'unauthorised') {
      throw new ZohoNotExecuted('Zoho does not accept the access token.', {
        retryAfterMs: unauthorisedRetryMs,
      });
    }
    throttles.add(1, { product: request.product, cause: verdict.why });
    if (verdict.why === 'per-minute' || verdict.why === 'per-day') {
      const untilMs = this.parts.clock.now().getTime() + verdict.retryAfterMs;
      await this.parts.budgets[request.product].block(untilMs);
    }
    throw new ZohoNotExecuted(`Zoho turned the call away (${verdict.why} limit).`, {
      retryAfterMs: verdict.retryAfterMs,
    });
  }

  private urlOf(request: ZohoRequest, token: AccessToken): string {
    const { apiUrl, deskUrl, organizationId } = this.parts.endpoints;
    const base =
      request.product === 'desk' ? new URL(deskUrl).origin : apiBase(apiUrl, token.apiDomain);
    const url = new URL(base + basePaths[request.product] + request.path);
    for (const [name, value] of Object.entries(request.query ?? {})) {
      url.searchParams.set(name, value);
    }
    if (request.product === 'books' || request.product === 'inventory') {
      url.searchParams.set('organization_id', organizationId);
    }
    return url.toString();
  }

  private headersOf(request: ZohoRequest, token: AccessToken): Record<string, string> {
    const { deskOrganizationId, uniqueField } = this.parts.endpoints;
    return {
      accept: 'application/json',
      authorization: `Zoho-oauthtoken ${token.value}`,
      ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(request.product === 'desk' ? { orgid: deskOrganizationId } : {}),
      ...(request.upsertBy === undefined
        ? {}
        : {
            'x-unique-identifier-key': uniqueField,
            'x-unique-identifier-value': request.upsertBy,
            'x-upsert': 'true',
          }),
    };
  }
}

const basePaths: Readonly<Record<ZohoProduct, string>> = {
  books: '/books/v3',
  inventory: '/inventory/v1',
  crm: '/crm/v8',
  desk: '/api/v1',
};

function translate(error: unknown): unknown {
  if (error instanceof HttpNotSent) {
    const options = { retryAfterMs: notSentRetryMs, cause: error };
    return new ZohoNotExecuted('Zoho cannot be reached.', options);
  }
  return error instanceof HttpOutcomeUnknown
    ? new ZohoOutcomeUnknown('The connection to Zoho broke before its answer.', error)
    : error;
}

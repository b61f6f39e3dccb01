import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { Test } from '@nestjs/testing';
import { FakeClock } from '@sluice/clock/testing';
import { TransientFailure } from '@sluice/failure';
import { until } from '@sluice/messaging/testing';
import { HttpClient } from '@sluice/outbound-http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AccessTokens, TokenStore, type AccessToken } from './access-tokens.ts';
import { HttpZohoAccounts } from './http-zoho-accounts.ts';
import { HttpZohoGateway, type CallBudget } from './http-zoho.gateway.ts';
import { ZohoGateway, ZohoNotExecuted, type ZohoRequest } from './zoho.gateway.ts';

interface Seen {
  readonly line: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  readonly isReset?: boolean;
}

class MemoryTokenStore extends TokenStore {
  token: AccessToken | undefined;

  override async read(): Promise<AccessToken | undefined> {
    return this.token;
  }

  override async claim(): Promise<boolean> {
    return true;
  }

  override async store(token: AccessToken): Promise<void> {
    this.token = token;
  }

  override async holdOff(): Promise<void> {}
}

class CountingBudget implements CallBudget {
  taken = 0;
  out = 0;
  blockedUntilMs = 0;
  isExhausted = false;

  async acquire(): Promise<{ release(): Promise<void> }> {
    if (this.isExhausted) {
      throw new TransientFailure('RATE_BUDGET_EXHAUSTED', 'none', { retryAfterMs: 40_000 });
    }
    this.taken += 1;
    this.out += 1;
    return { release: async () => void (this.out -= 1) };
  }

  async block(untilMs: number): Promise<void> {
    this.blockedUntilMs = untilMs;
  }
}

const request: ZohoRequest = {
  product: 'books',
  method: 'PUT',
  path: '/invoices',
  query: { invoice_id: '1' },
  upsertBy: 'o-1',
  body: { rate: '12.50' },
};
const ok: Answer = { status: 200, body: { code: 0, invoice: { invoice_id: '9', total: 12.5 } } };

describe('HttpZohoGateway', () => {
  let server: Server;
  let answers: Answer[];
  let seen: Seen[];
  let tokenCount: number;
  let tokenAnswer: Answer | undefined;
  let budget: CountingBudget;
  let clock: FakeClock;
  let gateway: HttpZohoGateway;
  let client: HttpClient;

  beforeEach(async () => {
    [answers, seen, tokenCount, tokenAnswer] = [[], [], 0, undefined];
    server = createServer((incoming, response) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () => {
        const body = Buffer.concat(chunks).toString();
        const line = `${incoming.method} ${incoming.url}`;
        const isToken = line.startsWith('POST /oauth/v2/token');
        if (!isToken) seen.push({ line, headers: incoming.headers, body });
        const answer = isToken ? (tokenAnswer ?? nextToken()) : (answers.shift() ?? ok);
        if (answer.isReset) return void incoming.socket.destroy();
        response.writeHead(answer.status, answer.headers);
        response.end(
          typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body ?? {}),
        );
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}`;
    client = new HttpClient({ name: 'zoho', allowedHosts: [`127.0.0.1:${port}`], timeoutMs: 500 });
    clock = new FakeClock();
    budget = new CountingBudget();
    const accounts = new HttpZohoAccounts(client, clock, {
      accountsUrl: url,
      clientId: 'client',
      clientSecret: 'secret',
      refreshToken: 'refresh',
    });
    gateway = new HttpZohoGateway({
      client,
      clock,
      tokens: new AccessTokens({ store: new MemoryTokenStore(), accounts, clock }),
      budgets: { books: budget, inventory: budget, crm: budget, desk: budget },
      endpoints: {
        apiUrl: url,
        deskUrl: url,
        organizationId: '10',
        deskOrganizationId: '20',
        uniqueField: 'cf_sluice_key',
      },
    });
  });

  afterEach(async () => {
    // A second close is refused, and one test closes it itself.
    await client.close().catch(() => undefined);
    server.closeAllConnections();
    await new Promise((resolve) => void server.close(resolve));
  });

  function nextToken(): Answer {
    tokenCount += 1;
    return { status: 200, body: { access_token: `t-${tokenCount}`, expires_in: 3600 } };
  }

  it('makes no call after its time, and proves so', async () => {
    const late = gateway.call({ ...request, notAfterMs: clock.monotonicMs() - 1 });
    await expect(late).rejects.toBeInstanceOf(ZohoNotExecuted);
    expect(seen).toEqual([]);

    await gateway.call({ ...request, notAfterMs: clock.monotonicMs() });

    expect(seen).toHaveLength(1);
    expect(budget.out).toBe(0);
  });

  it('sends organisation, token, unique field and exact numbers', async () => {
    const reply = await gateway.call(request);

    expect(reply).toEqual({ code: '0', invoice: { invoice_id: '9', total: '12.5' } });
    expect(seen[0]).toMatchObject({
      line: 'PUT /books/v3/invoices?invoice_id=1&organization_id=10',
      body: '{"rate":12.50}',
      headers: {
        authorization: 'Zoho-oauthtoken t-1',
        'x-unique-identifier-key': 'cf_sluice_key',
        'x-unique-identifier-value': 'o-1',
        'x-upsert': 'true',
      },
    });
  });

  it('names the organisation of Desk in a header', async () => {
    await gateway.call({ product: 'desk', method: 'GET', path: '/tickets/search' });

    expect(seen[0]).toMatchObject({
      line: 'GET /api/v1/tickets/search',
      headers: { orgid: '20' },
    });
  });

  it('gives every permit back', async () => {
    answers = [ok, { status: 429, body: { code: 44 } }, { status: 200, isReset: true }];

    await gateway.call(request);
    await gateway.call(request).catch(() => undefined);
    await gateway.call(request).catch(() => undefined);

    expect([budget.taken, budget.out]).toEqual([3, 0]);
  });

  it('renews the token once when Zoho refuses it, and asks again once', async () => {
    answers = [{ status: 401, body: { code: 57, message: 'You are not authorized' } }];

    await gateway.call(request);

    expect(seen.map((one) => one.headers.authorization)).toEqual([
      'Zoho-oauthtoken t-1',
      'Zoho-oauthtoken t-2',
    ]);
  });

  it('knows that nothing ran when a new token is refused as well', async () => {
    const refusal = { status: 401, body: { code: 57, message: 'You are not authorized' } };
    answers = [refusal, refusal];

    await expect(gateway.call(request)).rejects.toMatchObject({ code: 'ZOHO_NOT_EXECUTED' });
    expect(tokenCount).toBe(2);
  });

  it('waits out the minute, for all replicas, when the limit of the minute is passed', async () => {
    answers = [{ status: 429, body: { code: 44, message: 'blocked' } }];

    await expect(gateway.call(request)).rejects.toMatchObject({
      code: 'ZOHO_NOT_EXECUTED',
      retryAfterMs: 60_000,
    });
    expect(budget.blockedUntilMs).toBe(clock.now().getTime() + 60_000);
  });

  it('blocks nobody when only too many calls ran at once', async () => {
    answers = [{ status: 429, body: { code: 1070, message: 'in process' } }];

    await expect(gateway.call(request)).rejects.toMatchObject({ code: 'ZOHO_NOT_EXECUTED' });
    expect(budget.blockedUntilMs).toBe(0);
  });

  it('sends nothing when the rate budget is used up', async () => {
    budget.isExhausted = true;

    await expect(gateway.call(request)).rejects.toMatchObject({
      code: 'ZOHO_NOT_EXECUTED',
      retryAfterMs: 40_000,
    });
    expect(seen).toEqual([]);
  });

  it.each([
    ['a reset', { status: 200, isReset: true }],
    ['an error of the server', { status: 500, body: { code: 1000 } }],
    ['a page of HTML', { status: 200, body: '<html>' }],
  ])('leaves the outcome open after %s', async (_name, answer) => {
    answers = [answer];

    await expect(gateway.call(request)).rejects.toMatchObject({ code: 'ZOHO_OUTCOME_UNKNOWN' });
  });

  it('refuses in the words of Zoho and names the place', async () => {
    answers = [{ status: 400, body: { code: 24_016, message: 'Too much.' } }];

    await expect(gateway.call(request)).rejects.toMatchObject({
      code: 'ZOHO_REFUSED',
      zohoCode: '24016',
      message: 'Too much. (Zoho code 24016, PUT books/invoices)',
    });
  });

  it.each([
    [400, { error: 'Access Denied', error_description: 'too many requests', status: 'failure' }],
    [200, { error: 'Access Denied', status: 'failure' }],
    [200, { error: 'invalid_code' }],
    [502, '<html>'],
  ])('knows that nothing ran when the accounts server answers %i %o', async (status, body) => {
    tokenAnswer = { status, body };

    await expect(gateway.call(request)).rejects.toMatchObject({ code: 'ZOHO_NOT_EXECUTED' });
    expect(seen).toEqual([]);
  });

  it('knows that nothing ran when Zoho cannot be reached', async () => {
    await new Promise((resolve) => void server.close(resolve));

    await expect(gateway.call(request)).rejects.toMatchObject({ code: 'ZOHO_NOT_EXECUTED' });
  });

  it('closes its connections when the service shuts down', async () => {
    const connections = promisify(server.getConnections.bind(server));
    const providers = [{ provide: ZohoGateway, useFactory: () => gateway }];
    const module = await Test.createTestingModule({ providers }).compile();
    await gateway.call(request);
    expect(await connections()).toBeGreaterThan(0);

    await module.close();

    const isClosed = async (): Promise<boolean> => (await connections()) === 0;
    await until(isClosed, { what: 'the end of the connection', timeoutMs: 1000 });
  });
});

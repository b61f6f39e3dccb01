import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { textAt } from '../../json.ts';
import { startSandbox, type Sandbox } from '../../sandbox.ts';
import { booksClient, send, settings, zohoToken, type Answer } from '../../testing/twin-clients.ts';

let sandbox: Sandbox;
let url: string;
beforeEach(async () => {
  sandbox = await startSandbox();
  url = sandbox.zohoUrl;
});
afterEach(async () => sandbox.stop());

const parameters = {
  grant_type: 'refresh_token',
  client_id: settings.zohoClientId,
  client_secret: settings.zohoClientSecret,
  refresh_token: settings.zohoRefreshToken,
};

async function tokenAnswer(init: RequestInit, query = ''): Promise<Answer['body']> {
  const answer = await fetch(`${url}/oauth/v2/token${query}`, { method: 'POST', ...init });
  return (await answer.json()) as Answer['body'];
}

describe('the accounts server', () => {
  it('takes the parameters in a query, a urlencoded body or a multipart body', async () => {
    const form = new FormData();
    for (const [name, value] of Object.entries(parameters)) form.set(name, value);
    const encoded = new URLSearchParams(parameters);

    const answers = [
      await tokenAnswer({}, `?${encoded.toString()}`),
      await tokenAnswer({ body: encoded }),
      await tokenAnswer({ body: form }),
    ];

    for (const answer of answers) {
      expect(answer).toMatchObject({ expires_in: 3600, token_type: 'Bearer', api_domain: url });
      expect(textAt(answer, 'access_token')).toMatch(/^1000\.[0-9a-f]{32}\.[0-9a-f]{32}$/);
      expect(answer).not.toHaveProperty('refresh_token');
    }
  });

  it('says what is wrong with status 200', async () => {
    const ask = (change: object): Promise<Answer['body']> =>
      tokenAnswer({ body: new URLSearchParams({ ...parameters, ...change }) });

    expect(await ask({ client_id: 'x' })).toEqual({ error: 'invalid_client' });
    expect(await ask({ client_secret: 'x' })).toEqual({ error: 'invalid_client_secret' });
    expect(await ask({ refresh_token: 'x' })).toEqual({ error: 'invalid_code' });
  });

  it('redeems a grant code once, for a refresh token of its own', async () => {
    const redirect = encodeURIComponent('http://127.0.0.1/callback');
    const consent = await send('GET', `${url}/oauth/v2/auth?redirect_uri=${redirect}&state=s1`);
    const location = new URL(consent.headers.get('location') ?? '');
    expect(location.searchParams.get('accounts-server')).toBe(url);
    const body = (): URLSearchParams =>
      new URLSearchParams({
        ...parameters,
        grant_type: 'authorization_code',
        code: location.searchParams.get('code') ?? '',
      });

    const first = await tokenAnswer({ body: body() });
    const second = await tokenAnswer({ body: body() });

    expect(first).toHaveProperty('refresh_token');
    expect(second).toEqual({ error: 'invalid_code' });
  });

  it('gives ten tokens in ten minutes and then the throttle body with 400', async () => {
    for (let count = 0; count < 10; count += 1) expect(await zohoToken(url)).not.toBe('');

    const query = new URLSearchParams(parameters).toString();
    const eleventh = await send('POST', `${url}/oauth/v2/token?${query}`);

    expect(eleventh.status).toBe(400);
    expect(eleventh.body).toMatchObject({ error: 'Access Denied', status: 'failure' });
  });

  it('lets a revoked token in nowhere', async () => {
    const books = await booksClient(url);
    expect((await books('GET', '/organizations')).status).toBe(200);

    await send('POST', `${url}/_control/revoke-tokens`);

    expect(await books('GET', '/organizations')).toMatchObject({ status: 401, body: { code: 57 } });
  });

  it('revokes one token through the real endpoint', async () => {
    const token = await zohoToken(url);

    await send('POST', `${url}/oauth/v2/token/revoke?token=${token}`);

    const headers = { authorization: `Zoho-oauthtoken ${token}` };
    const answer = await send('GET', `${url}/crm/v8/org`, { headers });
    expect(answer).toMatchObject({ status: 401, body: { code: 'INVALID_TOKEN' } });
  });
});

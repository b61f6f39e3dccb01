import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { queryOf, rawBody } from '../../control/twin-server.ts';
import type { ZohoContext } from '../context.ts';
import type { TokenStore } from './token-store.ts';

const throttled = {
  error_description:
    'You have made too many requests continuously. Please try again after some time.',
  error: 'Access Denied',
  status: 'failure',
};
const scope =
  'ZohoBooks.fullaccess.all,ZohoInventory.fullaccess.all,ZohoCRM.modules.ALL,' +
  'ZohoCRM.settings.ALL,ZohoCRM.users.ALL,ZohoCRM.org.ALL,Desk.tickets.ALL,Desk.contacts.ALL';

/** The accounts server. Errors of the token endpoint come with status 200, as Zoho's do. */
export function installAccountsRoutes(
  app: FastifyInstance,
  context: ZohoContext,
  tokens: TokenStore,
): void {
  app.get('/oauth/serverinfo', async () => ({
    result: 'success',
    locations: { us: context.baseUrl() },
  }));

  // The consent page is skipped: whoever opens it has agreed.
  app.get('/oauth/v2/auth', async (request, reply) => {
    const redirectUri = queryOf(request, 'redirect_uri');
    if (redirectUri === undefined || !URL.canParse(redirectUri)) {
      return reply.code(400).send({ error: 'invalid_redirect_uri' });
    }
    const target = new URL(redirectUri);
    target.searchParams.set('code', tokens.createGrantCode());
    target.searchParams.set('location', 'us');
    target.searchParams.set('accounts-server', context.baseUrl());
    const state = queryOf(request, 'state');
    if (state !== undefined) target.searchParams.set('state', state);
    return reply.redirect(target.toString());
  });

  app.post('/oauth/v2/token', async (request, reply) =>
    answerToken(await parametersOf(request), reply, { context, tokens }),
  );

  app.post('/oauth/v2/token/revoke', async (request, reply) => {
    const parameters = await parametersOf(request);
    const isDone = tokens.revoke(parameters.get('token') ?? '');
    if (!isDone) return reply.code(400).send({ error: 'invalid_token' });
    return { status: 'success' };
  });
}

function answerToken(
  parameters: ReadonlyMap<string, string>,
  reply: FastifyReply,
  { context, tokens }: { context: ZohoContext; tokens: TokenStore },
): FastifyReply {
  const { settings } = context;
  if (parameters.get('client_id') !== settings.zohoClientId) {
    return reply.send({ error: 'invalid_client' });
  }
  if (parameters.get('client_secret') !== settings.zohoClientSecret) {
    return reply.send({ error: 'invalid_client_secret' });
  }
  const grant = parameters.get('grant_type');
  let refreshToken: string;
  if (grant === 'refresh_token') {
    refreshToken = parameters.get('refresh_token') ?? '';
    if (!tokens.hasRefreshToken(refreshToken)) return reply.send({ error: 'invalid_code' });
  } else if (grant === 'authorization_code') {
    if (!tokens.redeem(parameters.get('code') ?? '')) return reply.send({ error: 'invalid_code' });
    refreshToken = tokens.createRefreshToken();
  } else {
    return reply.send({ error: 'unsupported_grant_type' });
  }
  const accessToken = tokens.issue(refreshToken);
  if (accessToken === undefined) return reply.code(400).send(throttled);
  return reply.send({
    access_token: accessToken,
    ...(grant === 'authorization_code' ? { refresh_token: refreshToken } : {}),
    scope,
    api_domain: context.baseUrl(),
    token_type: 'Bearer',
    expires_in: tokens.limits.lifeSeconds,
  });
}

/** Parameters from the query, a urlencoded body or a multipart body: all three are in use. */
async function parametersOf(request: FastifyRequest): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const [name, value] of Object.entries(request.query as Record<string, unknown>)) {
    if (typeof value === 'string') found.set(name, value);
  }
  const type = request.headers['content-type'];
  const raw = rawBody(request);
  if (type === undefined || raw.length === 0) return found;
  try {
    const body = new Uint8Array(raw);
    const form = await new Response(body, { headers: { 'content-type': type } }).formData();
    for (const [name, value] of form) {
      if (typeof value === 'string') found.set(name, value);
    }
  } catch {
    return found;
  }
  return found;
}

/** The access token of a request; both spellings of the scheme are accepted. */
export function tokenOf(request: FastifyRequest): string | undefined {
  const header = request.headers.authorization;
  return /^(?:Zoho-oauthtoken|Bearer) +(\S+)$/i.exec(header ?? '')?.[1];
}

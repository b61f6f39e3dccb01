import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readSettings } from '../config.ts';
import { signedHeaders } from '../cybersource/http-signature.ts';
import { isJson, textAt, type Json } from '../json.ts';

/** The demo settings tests sign with. */
export const settings = readSettings({});

/** An answer with its body as JSON (or empty) and as text. */
export interface Answer {
  readonly status: number;
  readonly body: Json;
  readonly text: string;
  readonly headers: Headers;
}

/** Sends a request; the body goes as JSON without a content type of its own unless it is given. */
export async function send(
  method: string,
  url: string,
  options: { headers?: Record<string, string>; body?: unknown } = {},
): Promise<Answer> {
  const body =
    options.body === undefined
      ? undefined
      : typeof options.body === 'string'
        ? options.body
        : JSON.stringify(options.body);
  const response = await fetch(url, {
    method,
    redirect: 'manual',
    headers: { 'content-type': 'application/json', ...options.headers },
    ...(body === undefined ? {} : { body }),
  });
  const text = await response.text();
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = {};
  }
  const parsed = isJson(value) ? value : { list: value };
  return { status: response.status, body: parsed, text, headers: response.headers };
}

/** A signed call of the Cybersource twin. */
export async function cybersource(
  url: string,
  method: string,
  call: { path: string; body?: unknown },
): Promise<Answer> {
  const body = call.body === undefined ? '' : JSON.stringify(call.body);
  const { host: _host, ...headers } = signedHeaders(
    { method, target: call.path, host: new URL(url).host, body },
    {
      keyId: settings.cybersourceKeyId,
      secret: settings.cybersourceSharedSecret,
      organizationId: settings.cybersourceMerchantId,
      children: [],
    },
  );
  return send(method, url + call.path, { headers, ...(body === '' ? {} : { body }) });
}

/** An access token of the Zoho twin. */
export async function zohoToken(url: string): Promise<string> {
  const query = new URLSearchParams({
    grant_type: 'refresh_token',
    client_id: settings.zohoClientId,
    client_secret: settings.zohoClientSecret,
    refresh_token: settings.zohoRefreshToken,
  });
  const { body } = await send('POST', `${url}/oauth/v2/token?${query.toString()}`);
  return textAt(body, 'access_token') ?? '';
}

/** A client of Books (or Inventory) with a token and the organisation. */
export async function booksClient(url: string, prefix = '/books/v3') {
  const token = await zohoToken(url);
  return async (
    method: string,
    path: string,
    options: { body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<Answer> => {
    const mark = path.includes('?') ? '&' : '?';
    const organization = `${mark}organization_id=${settings.zohoOrganizationId}`;
    const headers = { authorization: `Zoho-oauthtoken ${token}`, ...options.headers };
    return send(method, url + prefix + path + organization, { ...options, headers });
  };
}

/** A receiver of webhooks that answers as told and remembers what came. */
export async function startReceiver(statusOf: (count: number) => number = () => 200) {
  const received: { headers: Record<string, unknown>; body: string; json: Json }[] = [];
  let wake: (() => void) | undefined;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      const value: unknown = JSON.parse(body);
      received.push({ headers: request.headers, body, json: isJson(value) ? value : {} });
      response.writeHead(statusOf(received.length)).end();
      wake?.();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    /** Waits until so many webhooks have come. */
    count: async (wanted: number): Promise<void> => {
      while (received.length < wanted) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    stop: async (): Promise<void> => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

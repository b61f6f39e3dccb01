import { spawn } from 'node:child_process';
import { createSecretKey, randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { signCall } from '../domain/http-signature.ts';
import type { CybersourceAccess } from '../gateways/http-cybersource.gateway.ts';

/** The twins as a process of their own, for tests. */
export interface SandboxProcess {
  /** Address of the Cybersource twin. */
  readonly url: string;
  readonly access: CybersourceAccess;
  /** Key that the twin signs notifications with, as the setting takes it. */
  readonly webhookKeys: string;
  /** Id of the instrument identifier of a test card. */
  tokenise(cardNumber: string): Promise<string>;
  /** Sets the twin's faults. */
  fault(fault: Readonly<Record<string, unknown>>): Promise<void>;
  /** Calls the twin's control API. */
  control(method: string, path: string, body?: unknown): Promise<unknown>;
  stop(): Promise<void>;
}

const main = join(import.meta.dirname, '../../../sandbox/src/main.ts');

/** Starts the twins on free ports; notifications go to the given gateway. */
export async function startSandboxProcess(
  gatewayUrl = 'http://127.0.0.1:9',
): Promise<SandboxProcess> {
  const sharedSecret = randomBytes(32).toString('base64');
  const keyId = randomUUID();
  const webhookKeyId = randomUUID();
  const webhookKey = randomBytes(32).toString('base64');
  const child = spawn(process.execPath, [main], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH: process.env['PATH'],
      CYBERSOURCE_TWIN_PORT: '0',
      ZOHO_TWIN_PORT: '0',
      SHOP_TWIN_PORT: '0',
      DATA_DIR: ':memory:',
      CYBERSOURCE_GATEWAY_URL: gatewayUrl,
      CYBERSOURCE_MERCHANT_ID: 'demo_merchant',
      CYBERSOURCE_KEY_ID: keyId,
      CYBERSOURCE_SHARED_SECRET: sharedSecret,
      CYBERSOURCE_WEBHOOK_KEY_ID: webhookKeyId,
      CYBERSOURCE_WEBHOOK_KEY: webhookKey,
    },
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const url = await readyUrl(createInterface({ input: child.stdout }), ended);
  const access = { baseUrl: url, signedHost: '', merchantId: 'demo_merchant', keyId, sharedSecret };
  const control = (method: string, path: string, body?: unknown): Promise<unknown> =>
    call(`${url}${path}`, method, { body: JSON.stringify(body ?? {}) });
  return {
    url,
    access,
    webhookKeys: `${webhookKeyId}:${webhookKey}`,
    control,
    tokenise: (number) => tokenise(access, number),
    fault: async (fault) => void (await control('PUT', '/_control/faults', [fault])),
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

async function readyUrl(lines: AsyncIterable<string>, ended: Promise<void>): Promise<string> {
  const ready = (async () => {
    for await (const line of lines) {
      const { event, cybersource } = JSON.parse(line) as { event: string; cybersource: string };
      if (event === 'ready') return cybersource;
    }
    throw new Error('The sandbox ended before it was ready.');
  })();
  const failed = ended.then(() => Promise.reject(new Error('The sandbox did not start.')));
  return await Promise.race([ready, failed]);
}

async function tokenise(access: CybersourceAccess, number: string): Promise<string> {
  const path = '/tms/v1/instrumentidentifiers';
  const body = JSON.stringify({ card: { number } });
  const { host: _host, ...headers } = signCall(
    {
      merchantId: access.merchantId,
      keyId: access.keyId,
      secret: createSecretKey(Buffer.from(access.sharedSecret, 'base64')),
      host: new URL(access.baseUrl).host,
    },
    { method: 'POST', pathAndQuery: path, body, date: new Date() },
  );
  const reply = await call(`${access.baseUrl}${path}`, 'POST', { body, headers });
  return (reply as { id: string }).id;
}

async function call(
  url: string,
  method: string,
  request: { readonly body: string; readonly headers?: Readonly<Record<string, string>> },
): Promise<unknown> {
  const hasBody = method !== 'GET' && method !== 'DELETE';
  const reply = await fetch(url, {
    method,
    headers: { 'content-type': 'application/json', ...request.headers },
    ...(hasBody ? { body: request.body } : {}),
  });
  if (!reply.ok) throw new Error(`${method} ${url} answered ${reply.status}`);
  return await reply.json();
}

import { createSecretKey, randomBytes, randomUUID } from 'node:crypto';
import { startSandbox } from '@sluice/service-host/testing';
import { signCall } from '../domain/http-signature.ts';
import type { CybersourceAccess } from '../gateways/http-cybersource.gateway.ts';

/** The Cybersource twin as a process of its own, with what a client and an operator need. */
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

/** Starts the twins on free ports with credentials of their own. */
export async function startSandboxProcess(): Promise<SandboxProcess> {
  const sharedSecret = randomBytes(32).toString('base64');
  const keyId = randomUUID();
  const webhookKeyId = randomUUID();
  const webhookKey = randomBytes(32).toString('base64');
  const { cybersource: url, stop } = await startSandbox({
    CYBERSOURCE_GATEWAY_URL: 'http://127.0.0.1:9',
    CYBERSOURCE_MERCHANT_ID: 'demo_merchant',
    CYBERSOURCE_KEY_ID: keyId,
    CYBERSOURCE_SHARED_SECRET: sharedSecret,
    CYBERSOURCE_WEBHOOK_KEY_ID: webhookKeyId,
    CYBERSOURCE_WEBHOOK_KEY: webhookKey,
  });
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
    stop,
  };
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

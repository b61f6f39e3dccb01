import { setTimeout as pause } from 'node:timers/promises';
import { isJson, type Json } from '../json.ts';
import { shopSignature } from './signature.ts';

const attemptsMax = 8;
const retryDelayMs = 400;
const answerTimeoutMs = 30_000;

/** An answer of a gateway; the last one when all attempts failed. */
export interface GatewayAnswer {
  /** 0 when no attempt got an answer. */
  readonly status: number;
  readonly body: Json;
  readonly attempts: number;
}

/**
 * Sends a signed request and repeats it, the same body and key, while the gateway cannot be reached
 * or answers 5xx or 429.
 */
export async function sendToGateway(
  url: string,
  content: Json,
  options: { key: { id: string; secret: string }; idempotencyKey?: string },
): Promise<GatewayAnswer> {
  const body = JSON.stringify(content);
  let last: GatewayAnswer = { status: 0, body: {}, attempts: 0 };
  for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
    const answer = await sendOnce(url, body, options);
    last = { ...answer, attempts: attempt };
    const isRepeatable = answer.status === 0 || answer.status >= 500 || answer.status === 429;
    if (!isRepeatable) return last;
    await pause(Math.min(retryDelayMs * 2 ** (attempt - 1), 5000));
  }
  return last;
}

async function sendOnce(
  url: string,
  body: string,
  options: { key: { id: string; secret: string }; idempotencyKey?: string },
): Promise<{ status: number; body: Json }> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-sluice-signature': shopSignature(options.key, body),
        ...(options.idempotencyKey === undefined
          ? {}
          : { 'idempotency-key': options.idempotencyKey }),
      },
      body,
      signal: AbortSignal.timeout(answerTimeoutMs),
    });
    const text = await response.text();
    return { status: response.status, body: parsed(text) };
  } catch {
    return { status: 0, body: {} };
  }
}

function parsed(text: string): Json {
  try {
    const value: unknown = JSON.parse(text);
    return isJson(value) ? value : {};
  } catch {
    return {};
  }
}

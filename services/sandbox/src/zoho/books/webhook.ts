import { createHmac } from 'node:crypto';
import type { RenderedAttempt } from '../../control/webhook-outbox.ts';

/**
 * The signature Books puts on a secured webhook: query and form pairs sorted by key and written
 * without separators, then the raw JSON; HMAC-SHA256, hex.
 */
export function financeSignature(
  secret: string,
  message: { pairs: readonly (readonly [string, string])[]; rawJson: string },
): string {
  const pairs = message.pairs
    .toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([name, value]) => name + value)
    .join('');
  return createHmac('sha256', secret)
    .update(pairs + message.rawJson)
    .digest('hex');
}

/** Bytes and headers of the webhook of a workflow rule. */
export function renderFinanceWebhook(
  event: { eventType: string; url: string; body: unknown },
  secret: string,
): RenderedAttempt {
  const rawJson = JSON.stringify(event.body);
  const pairs = [...new URL(event.url).searchParams];
  return {
    body: rawJson,
    headers: {
      'content-type': 'application/json;charset=UTF-8',
      'user-agent': 'ZohoBooks',
      'x-gateway-event': event.eventType,
      'x-zoho-webhook-signature': financeSignature(secret, { pairs, rawJson }),
    },
  };
}

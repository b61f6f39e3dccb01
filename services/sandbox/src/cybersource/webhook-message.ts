import { createHmac, randomUUID } from 'node:crypto';
import type { RenderedAttempt } from '../control/webhook-outbox.ts';

/** A notification of Cybersource, version 3. */
export interface WebhookEvent {
  readonly webhookId: string;
  readonly productId: string;
  readonly organizationId: string;
  readonly eventType: string;
  readonly eventDate: string;
  readonly payload: unknown;
}

/** The key a webhook is signed with. */
export interface WebhookKey {
  readonly keyId: string;
  /** Base64. */
  readonly key: string;
}

/**
 * The `v-c-signature` header: `t=…;keyId=…;sig=…`.
 *
 * `message` is the raw body, or the JSON of the payload alone; both are in use at Cybersource.
 */
export function webhookSignature(key: WebhookKey, timeMs: number, message: string): string {
  const sig = createHmac('sha256', Buffer.from(key.key, 'base64'))
    .update(`${timeMs}.${message}`)
    .digest('base64');
  return `t=${timeMs};keyId=${key.keyId};sig=${sig}`;
}

/** Bytes and headers of one attempt; the trace id is new each time, so the signature is too. */
export function renderWebhook(
  event: WebhookEvent,
  options: { attempt: number; key: WebhookKey; variant: 'body' | 'payload'; now: Date },
): RenderedAttempt {
  const { attempt, key, variant, now } = options;
  const requestType = attempt === 1 ? 'NEW' : 'RETRY';
  const transactionTraceId = randomUUID();
  const { webhookId, payload, ...rest } = event;
  const body = JSON.stringify({ webhookId, transactionTraceId, ...rest, requestType, payload });
  const message = variant === 'body' ? body : JSON.stringify(payload);
  return {
    body,
    headers: {
      'content-type': 'application/json',
      'user-agent': 'Vert.x-WebClient/4.5',
      'v-c-signature': webhookSignature(key, now.getTime(), message),
      'v-c-event-type': event.eventType,
      'v-c-organization-id': event.organizationId,
      'v-c-product-name': event.productId,
      'v-c-request-type': requestType,
      'v-c-retry-count': String(attempt - 1),
      'v-c-transaction-trace-id': transactionTraceId,
      'v-c-webhook-id': webhookId,
    },
  };
}

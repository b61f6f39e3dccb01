import { describe, expect, it } from 'vitest';
import { renderWebhook, webhookSignature } from './webhook-message.ts';

const key = { keyId: 'k1', key: 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=' };
const timeMs = 1_768_478_400_000;
const body =
  '{"webhookId":"w1","productId":"decisionManager","organizationId":"simmerchant",' +
  '"eventType":"risk.casemanagement.decision.accept","eventDate":"2026-01-15T12:00:00.000Z",' +
  '"payload":{"data":{"referenceNumber":"ORD-1"}}}';

describe('webhookSignature', () => {
  it('gives the documented vector over the raw body', () => {
    expect(webhookSignature(key, timeMs, body)).toBe(
      `t=${timeMs};keyId=k1;sig=bl+qZlFqF+MuiNjAwF316NmdIzWHxYLUZ6KJNESjD0o=`,
    );
  });

  it('gives the documented vector over the payload alone', () => {
    expect(webhookSignature(key, timeMs, '{"data":{"referenceNumber":"ORD-1"}}')).toBe(
      `t=${timeMs};keyId=k1;sig=QCl4l0j5QCvPPlkbqf4Zvy9InqW6n51w0eWjfW1pgT4=`,
    );
  });
});

describe('renderWebhook', () => {
  const event = {
    webhookId: 'w1',
    productId: 'cardProcessing',
    organizationId: 'simmerchant',
    eventType: 'payments.payments.accept',
    eventDate: '2026-01-15T12:00:00.000Z',
    payload: { data: { id: '1' } },
  };
  const options = { attempt: 2, key, variant: 'body' as const, now: new Date(timeMs) };

  it('signs the bytes it sends and marks a repetition', () => {
    const { headers, body: sent } = renderWebhook(event, options);

    expect(headers['v-c-signature']).toBe(webhookSignature(key, timeMs, sent));
    expect(headers).toMatchObject({ 'v-c-request-type': 'RETRY', 'v-c-retry-count': '1' });
    expect(JSON.parse(sent)).toMatchObject({ ...event, requestType: 'RETRY' });
  });

  it('gives every attempt a trace id of its own and keeps the webhook id', () => {
    const [first, second] = [1, 2].map((attempt) => renderWebhook(event, { ...options, attempt }));

    const name = 'v-c-transaction-trace-id';
    expect(first!.headers[name]).not.toBe(second!.headers[name]);
    expect(first!.headers['v-c-webhook-id']).toBe(second!.headers['v-c-webhook-id']);
  });

  it('signs the payload alone in that variant', () => {
    const { headers } = renderWebhook(event, { ...options, variant: 'payload' });

    expect(headers['v-c-signature']).toBe(webhookSignature(key, timeMs, '{"data":{"id":"1"}}'));
  });
});

import { createSecretKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { verifyWebhook } from './webhook-signature.ts';

const key = createSecretKey(Buffer.from(Array.from({ length: 32 }, (_, index) => index)));
const keys = new Map([['k1', key]]);
const rawBody = Buffer.from(
  '{"webhookId":"w1","productId":"decisionManager","organizationId":"simmerchant",' +
    '"eventType":"risk.casemanagement.decision.accept","eventDate":"2026-01-15T12:00:00.000Z",' +
    '"payload":{"data":{"referenceNumber":"ORD-1"}}}',
);
const payloadText = '{"data":{"referenceNumber":"ORD-1"}}';
const now = new Date(1_768_478_400_000);
const overBody = 't=1768478400000;keyId=k1;sig=bl+qZlFqF+MuiNjAwF316NmdIzWHxYLUZ6KJNESjD0o=';
const overPayload = 't=1768478400000;keyId=k1;sig=QCl4l0j5QCvPPlkbqf4Zvy9InqW6n51w0eWjfW1pgT4=';

describe('verifyWebhook', () => {
  it('accepts the known vector over the raw body', () => {
    expect(verifyWebhook({ header: overBody, rawBody, keys, now })).toEqual({
      signedPart: 'body',
      signedAt: now,
    });
  });

  it('accepts the known vector over the payload only where that variant is offered', () => {
    const given = { header: overPayload, rawBody, keys, now };

    expect(verifyWebhook(given)).toBe('forged');
    expect(verifyWebhook({ ...given, payloadText })).toMatchObject({ signedPart: 'payload' });
  });

  it.each([299_000, -299_000])('accepts a signature %d ms away', (skewMs) => {
    const at = new Date(now.getTime() + skewMs);

    expect(verifyWebhook({ header: overBody, rawBody, keys, now: at })).toHaveProperty('signedAt');
  });

  it.each([301_000, -301_000])('refuses a signature %d ms away as stale', (skewMs) => {
    const at = new Date(now.getTime() + skewMs);

    expect(verifyWebhook({ header: overBody, rawBody, keys, now: at })).toBe('stale');
  });

  it('refuses an absent header, an unknown key and a changed body, each by its name', () => {
    const forgedBody = Buffer.from(`${rawBody.toString()} `);

    expect(verifyWebhook({ header: undefined, rawBody, keys, now })).toBe('missing');
    expect(verifyWebhook({ header: overBody, rawBody, keys: new Map(), now })).toBe('unknown-key');
    expect(verifyWebhook({ header: overBody, rawBody: forgedBody, keys, now })).toBe('forged');
  });
});

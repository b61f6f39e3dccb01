import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { faultsOf } from './door-variant.ts';
import {
  countKinds,
  kindAt,
  paymentIdAt,
  signatureHeader,
  webhookBody,
  type WebhookPlan,
} from './webhook-plan.ts';

const plan: WebhookPlan = { prefix: 'p', count: 2_000, duplicateDistance: 512 };
const places = Array.from({ length: plan.count }, (_nothing, place) => place);

function payloadAt(place: number): string {
  return JSON.stringify((JSON.parse(webhookBody(plan, place)) as { payload: unknown }).payload);
}

describe('a plan of webhooks', () => {
  it('has one duplicate and one bad signature in a hundred', () => {
    expect(countKinds(plan)).toEqual({ fresh: 1_965, duplicate: 15, forged: 20 });
  });

  it('repeats only what was delivered well before, to the byte of the payload', () => {
    const duplicates = places.filter((place) => kindAt(plan, place) === 'duplicate');
    for (const place of duplicates) {
      const first = places.find((other) => paymentIdAt(plan, other) === paymentIdAt(plan, place));
      expect(first).toBeLessThanOrEqual(place - plan.duplicateDistance);
      expect(kindAt(plan, first!)).toBe('fresh');
      expect(payloadAt(first!)).toBe(payloadAt(place));
      expect(webhookBody(plan, first!)).not.toBe(webhookBody(plan, place));
    }
  });

  it('gives every first delivery a payment of its own', () => {
    const fresh = places.filter((place) => kindAt(plan, place) === 'fresh');
    expect(new Set(fresh.map((place) => paymentIdAt(plan, place))).size).toBe(fresh.length);
  });

  it('has bodies of about 2 KB', () => {
    const sizes = places.map((place) => webhookBody(plan, place).length);
    expect(Math.min(...sizes)).toBeGreaterThan(1_950);
    expect(Math.max(...sizes)).toBeLessThan(2_150);
  });

  it('signs the time and the body, and forges by other bytes', () => {
    const signing = { keyId: 'k', key: Buffer.from('secret'), atMs: 1_768_478_400_000 };
    const expected = createHmac('sha256', 'secret').update('1768478400000.body').digest('base64');

    const good = signatureHeader('body', 'fresh', signing);
    const forged = signatureHeader('body', 'forged', signing);

    expect(good).toBe(`t=1768478400000;keyId=k;sig=${expected}`);
    expect(forged).toHaveLength(good.length);
    expect(forged).not.toBe(good);
  });
});

describe('the check after a run of webhooks', () => {
  const replies = { '200': 1_980, '401': 20 };

  it('is content when every first delivery is stored and every forged one refused', () => {
    expect(faultsOf(plan, { seconds: 1, byStatus: replies }, 1_965)).toEqual([]);
  });

  it.each([
    ['a duplicate stored twice', replies, 1_966, '1966 rows instead of 1965'],
    ['a lost one', replies, 1_964, '1964 rows instead of 1965'],
    ['an admitted forgery', { '200': 2_000 }, 1_965, '0 replies 401 instead of 20'],
    ['a failure', { ...replies, '500': 1 }, 1_965, '1 replies 500 instead of 0'],
  ])('finds %s', (_what, byStatus, rows, fault) => {
    expect(faultsOf(plan, { seconds: 1, byStatus }, rows)).toContain(fault);
  });
});

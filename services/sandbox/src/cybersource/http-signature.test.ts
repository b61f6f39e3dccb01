import { describe, expect, it } from 'vitest';
import {
  digestOf,
  hmacBase64,
  signedHeaders,
  signingString,
  verifySignature,
  type SignedRequest,
  type SigningKey,
} from './http-signature.ts';

const key: SigningKey = {
  keyId: '11111111-2222-3333-4444-555555555555',
  secret: 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=',
  organizationId: 'simmerchant',
  children: [],
};
const frozen = 'Thu, 15 Jan 2026 12:00:00 GMT';
const now = new Date('2026-01-15T12:00:00Z');
const rules = { keys: [key], now, clockWindowMs: 300_000 };
const captureBody =
  '{"clientReferenceInformation":{"code":"ORD-1","partner":{"developerId":"N2RC3Q4K"}},' +
  '"orderInformation":{"amountDetails":{"totalAmount":"10.00","currency":"EUR"},' +
  '"billTo":{"firstName":"Jörg"}}}';

/** Vectors the official client produced with a frozen clock. */
const vectors = [
  {
    name: 'a GET',
    method: 'GET',
    target: '/tss/v2/transactions/7000000000000000000000',
    signature: 'HywZuwmwFAPBRQt8GtmlfDrmEW9OBSWNp+SmXXGYpnc=',
  },
  {
    name: 'a GET with a query',
    method: 'GET',
    target:
      '/reporting/v3/reports?startTime=2021-02-01T00%3A00%3A00.0Z' +
      '&endTime=2021-02-02T23%3A59%3A59.0Z&timeQueryType=executedTime',
    signature: 'wzK5vBpwbvLJiPZ/eliABcu5cylQ2+J/oua1ZgtAIFs=',
  },
  {
    name: 'a DELETE',
    method: 'DELETE',
    target: '/tms/v2/customers/ABC',
    signature: '4XF7YJKnOc62IIH5xT7uZayHPD9435JjhtADqQYiszY=',
  },
  {
    name: 'a POST with a body beyond ASCII',
    method: 'POST',
    target: '/pts/v2/payments/7000000000000000000000/captures',
    body: captureBody,
    signature: 'hHsTZqYm9veyOajNWyfnKhECeyrRgRWNqbDO3j6qtn4=',
  },
];

function requestOf(vector: {
  method: string;
  target: string;
  body?: string;
  signature: string;
}): SignedRequest {
  const list = vector.body === undefined ? [] : ['digest'];
  const names = ['host', 'date', 'request-target', ...list, 'v-c-merchant-id'].join(' ');
  return {
    method: vector.method,
    target: vector.target,
    body: Buffer.from(vector.body ?? ''),
    headers: {
      host: 'apitest.cybersource.com',
      date: frozen,
      'v-c-merchant-id': 'simmerchant',
      ...(vector.body === undefined ? {} : { digest: digestOf(vector.body) }),
      signature:
        `keyid="${key.keyId}", algorithm="HmacSHA256", headers="${names}", ` +
        `signature="${vector.signature}"`,
    },
  };
}

describe('verifySignature', () => {
  it.each(vectors)('accepts the golden vector of $name', (vector) => {
    expect(verifySignature(requestOf(vector), rules)).toEqual({
      ok: true,
      merchantId: 'simmerchant',
    });
  });

  it('computes the documented digest', () => {
    expect(digestOf(captureBody)).toBe('SHA-256=tjl2FA1NT61122VBK8GEc7auUPGFPm2POOyxjUWD3M4=');
  });

  it('accepts a child merchant signed with the portfolio of a MetaKey', () => {
    const portfolio = { ...key, organizationId: 'simportfolio', children: ['simmerchant'] };
    const request = requestOf({
      method: 'GET',
      target: '/tss/v2/transactions/7000000000000000000000',
      signature: 'eHf9BjVkf/ejGrEdTxz317jleYi6vbkYXGI36US6W7o=',
    });

    expect(verifySignature(request, { ...rules, keys: [portfolio] })).toMatchObject({ ok: true });
    expect(verifySignature(request, rules)).toMatchObject({ ok: false });
  });

  it.each(['request-target', '(request-target)'])('accepts the spelling %s', (spelling) => {
    const request = requestOf({ method: 'GET', target: '/x?a=b', signature: '' });
    const names = ['host', 'v-c-date', spelling, 'v-c-merchant-id'];
    const headers: SignedRequest['headers'] = { ...request.headers, 'v-c-date': frozen };
    const signature = hmacBase64(
      key.secret,
      signingString({ ...request, headers }, names, 'simmerchant'),
    );
    headers['signature'] =
      `keyid="${key.keyId}", algorithm="HmacSHA256", headers="${names.join(' ')}", ` +
      `signature="${signature}"`;

    expect(verifySignature({ ...request, headers }, rules)).toMatchObject({ ok: true });
  });

  it('refuses a changed body, a changed path and an unknown key', () => {
    const [get, , , post] = vectors.map(requestOf);

    expect(verifySignature({ ...post!, body: Buffer.from('{}') }, rules).ok).toBe(false);
    expect(verifySignature({ ...get!, target: '/other' }, rules).ok).toBe(false);
    const other = { ...key, keyId: 'another' };
    expect(verifySignature(get!, { ...rules, keys: [other] }).ok).toBe(false);
  });

  it('refuses a date outside the window, unless the check is off', () => {
    const request = requestOf(vectors[0]!);
    const later = new Date(now.getTime() + 301_000);

    expect(verifySignature(request, { ...rules, now: later }).ok).toBe(false);
    expect(verifySignature(request, { ...rules, now: later, clockWindowMs: undefined }).ok).toBe(
      true,
    );
  });

  it('names a missing header', () => {
    const request = requestOf(vectors[3]!);
    const { digest: _digest, ...headers } = request.headers;

    expect(verifySignature({ ...request, headers }, rules)).toEqual({
      ok: false,
      reason: 'Authentication Failed: Missing header: digest',
    });
  });

  it('accepts what signedHeaders makes', () => {
    const body = '{"a":1}';
    const headers = signedHeaders({ method: 'POST', target: '/x', host: 'twin', body }, key);
    const request = { method: 'POST', target: '/x', headers, body: Buffer.from(body) };

    expect(verifySignature(request, { ...rules, now: new Date() }).ok).toBe(true);
  });
});

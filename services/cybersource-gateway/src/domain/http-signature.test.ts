import { createSecretKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { digestOf, signCall, type HttpSigner } from './http-signature.ts';

const signer: HttpSigner = {
  merchantId: 'simmerchant',
  keyId: '11111111-2222-3333-4444-555555555555',
  secret: createSecretKey(Buffer.from('AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=', 'base64')),
  host: 'apitest.cybersource.com',
};
const date = new Date('2026-01-15T12:00:00.000Z');
const reportsQuery =
  'startTime=2021-02-01T00%3A00%3A00.0Z&endTime=2021-02-02T23%3A59%3A59.0Z' +
  '&timeQueryType=executedTime';

describe('signCall', () => {
  it.each([
    ['/tss/v2/transactions/7000000000000000000000', 'HywZuwmwFAPBRQt8GtmlfDrmEW9OBSWNp+SmXXGYpnc='],
    [`/reporting/v3/reports?${reportsQuery}`, 'wzK5vBpwbvLJiPZ/eliABcu5cylQ2+J/oua1ZgtAIFs='],
  ])('signs GET %s as the official client does', (pathAndQuery, expected) => {
    const headers = signCall(signer, { method: 'GET', pathAndQuery, date });

    expect(headers['signature']).toBe(
      'keyid="11111111-2222-3333-4444-555555555555", algorithm="HmacSHA256", ' +
        `headers="host date request-target v-c-merchant-id", signature="${expected}"`,
    );
    expect(headers['date']).toBe('Thu, 15 Jan 2026 12:00:00 GMT');
    expect(headers['digest']).toBeUndefined();
  });

  it('signs a POST with a body beyond ASCII as the official client does', () => {
    const body =
      '{"clientReferenceInformation":{"code":"ORD-1","partner":{"developerId":"N2RC3Q4K"}},' +
      '"orderInformation":{"amountDetails":{"totalAmount":"10.00","currency":"EUR"},' +
      '"billTo":{"firstName":"Jörg"}}}';
    const pathAndQuery = '/pts/v2/payments/7000000000000000000000/captures';

    const headers = signCall(signer, { method: 'POST', pathAndQuery, body, date });

    expect(digestOf(body)).toBe('SHA-256=tjl2FA1NT61122VBK8GEc7auUPGFPm2POOyxjUWD3M4=');
    expect(headers['digest']).toBe(digestOf(body));
    expect(headers['signature']).toContain(
      'headers="host date request-target digest v-c-merchant-id", ' +
        'signature="hHsTZqYm9veyOajNWyfnKhECeyrRgRWNqbDO3j6qtn4="',
    );
  });
});

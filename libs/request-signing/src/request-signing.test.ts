import { describe, expect, it } from 'vitest';
import { signRequest, verifyRequest } from './request-signing.ts';

const now = new Date('2026-03-01T10:00:00Z');
const secret = 'shop-secret-0123456789';
const secretFor = (keyId: string) => (keyId === 'shop-1' ? secret : undefined);
const body = '{"orderNumber":"1001"}';

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return (error as { code: string }).code;
  }
  return 'accepted';
}

describe('verifyRequest', () => {
  it('accepts what signRequest signed and names the signer', () => {
    const header = signRequest(body, { keyId: 'shop-1', secret, now });

    const signer = verifyRequest(Buffer.from(body), header, { secretFor, now });

    expect(signer).toEqual({ keyId: 'shop-1' });
  });

  it('agrees with a signature computed elsewhere', () => {
    const header = 't=1772359200000;keyId=shop-1;sig=aLNBeWR42lkNDF81qcyKl3OKo+VWXJzdvEXV01g5tDQ=';

    expect(signRequest(body, { keyId: 'shop-1', secret, now })).toBe(header);
  });

  it('refuses a changed body as forged', () => {
    const header = signRequest(body, { keyId: 'shop-1', secret, now });

    expect(codeOf(() => verifyRequest(`${body} `, header, { secretFor, now }))).toBe(
      'SIGNATURE_FORGED',
    );
  });

  it('refuses a changed time as forged', () => {
    const header = signRequest(body, { keyId: 'shop-1', secret, now }).replace(
      '9200000',
      '9200001',
    );

    expect(codeOf(() => verifyRequest(body, header, { secretFor, now }))).toBe('SIGNATURE_FORGED');
  });

  it.each([
    [300_000, 'accepted'],
    [300_001, 'SIGNATURE_STALE'],
    [-300_001, 'SIGNATURE_STALE'],
  ])('answers a signature that is %i ms old with %s', (ageMs, expected) => {
    const header = signRequest(body, { keyId: 'shop-1', secret, now });
    const later = new Date(now.getTime() + ageMs);

    expect(codeOf(() => verifyRequest(body, header, { secretFor, now: later }))).toBe(expected);
  });

  it('refuses an unknown key id', () => {
    const header = signRequest(body, { keyId: 'shop-2', secret, now });

    expect(codeOf(() => verifyRequest(body, header, { secretFor, now }))).toBe(
      'SIGNATURE_UNKNOWN_KEY',
    );
  });

  it.each([undefined, '', 'sig=abc', 't=1;keyId=shop-1;sig=a', `t=1${'0'.repeat(600)}`])(
    'refuses the header %s as missing',
    (header) => {
      expect(codeOf(() => verifyRequest(body, header, { secretFor, now }))).toBe(
        'SIGNATURE_MISSING',
      );
    },
  );
});

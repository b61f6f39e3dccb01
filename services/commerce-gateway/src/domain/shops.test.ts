import { describe, expect, it } from 'vitest';
import { readShopSecrets, readShopUrls } from './shops.ts';

describe('readShopSecrets', () => {
  it('reads one pair for each shop; a secret may hold colons', () => {
    expect(readShopSecrets('demo:a:b, other:c')).toEqual(
      new Map([
        ['demo', 'a:b'],
        ['other', 'c'],
      ]),
    );
  });

  it.each(['', 'demo', 'demo:', ':secret', 'demo:a,,other:b'])('refuses %s', (text) => {
    expect(() => readShopSecrets(text)).toThrow('SHOP_SIGNING_SECRETS: entry');
  });

  it('never names a secret in its refusal', () => {
    expect(() => readShopSecrets('demo:hidden,oops')).not.toThrow('hidden');
    expect(() => readShopSecrets('demo:hidden,oops')).toThrow('entry 2');
  });
});

describe('readShopUrls', () => {
  it('reads one address for each shop', () => {
    expect(readShopUrls('demo=http://127.0.0.1:4103').get('demo')).toBe('http://127.0.0.1:4103');
  });

  it.each(['demo=file:///etc/passwd', 'demo=shop'])('refuses %s', (text) => {
    expect(() => readShopUrls(text)).toThrow('no http or https URL');
  });
});

import { describe, expect, it } from 'vitest';
import { allowedHosts, apiBase } from './data-centres.ts';

describe('apiBase', () => {
  it.each([
    ['https://www.zohoapis.com', 'https://www.zohoapis.eu', 'https://www.zohoapis.eu'],
    ['https://www.zohoapis.com', undefined, 'https://www.zohoapis.com'],
    ['https://www.zohoapis.com', 'https://zohoapis.attacker.example', 'https://www.zohoapis.com'],
    ['https://www.zohoapis.com', 'http://www.zohoapis.eu', 'https://www.zohoapis.com'],
    ['https://www.zohoapis.com', 'not a url', 'https://www.zohoapis.com'],
    ['http://127.0.0.1:4102', 'https://www.zohoapis.com', 'http://127.0.0.1:4102'],
  ])('configured as %s and told %s, is %s', (configured, named, expected) => {
    expect(apiBase(configured, named)).toBe(expected);
  });
});

describe('allowedHosts', () => {
  it('leaves only the configured hosts outside of Zoho itself', () => {
    expect(allowedHosts(['http://127.0.0.1:4102'])).toEqual(['127.0.0.1:4102']);
  });

  it('adds the hosts of all data centres for Zoho itself', () => {
    expect(allowedHosts(['https://www.zohoapis.com'])).toContain('www.zohoapis.in');
  });
});

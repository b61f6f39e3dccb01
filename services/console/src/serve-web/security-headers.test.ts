import { describe, expect, it } from 'vitest';
import { contentSecurityPolicy, isLocalHostHeader } from './security-headers.ts';

describe('contentSecurityPolicy', () => {
  it('allows no inline script and no foreign address', () => {
    const policy = contentSecurityPolicy('n');

    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
  });
});

describe('isLocalHostHeader', () => {
  it.each(['127.0.0.1', '127.0.0.1:4000', 'localhost:4000', '[::1]:4000'])('takes %s', (header) => {
    expect(isLocalHostHeader(header)).toBe(true);
  });

  it.each([undefined, '', 'evil.example:4000', '127.0.0.1.evil.example', '[::2]', '10.0.0.1'])(
    'refuses %s',
    (header) => {
      expect(isLocalHostHeader(header)).toBe(false);
    },
  );
});

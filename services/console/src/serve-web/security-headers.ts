import { isIPv6 } from 'node:net';
import { isLoopback } from '../config.ts';

/** Headers of every answer. */
export const securityHeaders: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=()',
};

/** What the page may load: its own files only, and the style elements that carry the nonce. */
export function contentSecurityPolicy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/**
 * True when a Host header names this machine.
 *
 * A foreign page can make a browser resolve its own name to a loopback address and read the
 * console through it; such a request carries the foreign name.
 */
export function isLocalHostHeader(header: string | undefined): boolean {
  if (header === undefined) return false;
  const bracketed = /^\[([^\]]+)\](?::\d+)?$/.exec(header)?.[1];
  if (bracketed !== undefined) return isIPv6(bracketed) && isLoopback(bracketed);
  return isLoopback(header.replace(/:\d+$/, ''));
}

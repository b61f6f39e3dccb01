import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** A shared-secret key and whose it is. */
export interface SigningKey {
  readonly keyId: string;
  /** Base64, as the Business Center hands it out. */
  readonly secret: string;
  readonly organizationId: string;
  /** Merchant ids a portfolio's key (MetaKey) may act for, besides the owner itself. */
  readonly children: readonly string[];
}

/** What the verifier needs of a request. */
export interface SignedRequest {
  readonly method: string;
  /** Path and query exactly as sent. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface SignatureRules {
  readonly keys: readonly SigningKey[];
  readonly now: Date;
  /** Largest difference between the signed date and `now`; undefined turns the check off. */
  readonly clockWindowMs: number | undefined;
}

export type Verdict =
  | { readonly ok: true; readonly merchantId: string }
  | { readonly ok: false; readonly reason: string };

const parameterPattern = /([a-zA-Z]+)="([^"]*)"/g;

/** Verifies a request: digest, date, key, and the signature over the headers it lists. */
export function verifySignature(request: SignedRequest, rules: SignatureRules): Verdict {
  const { headers } = request;
  const merchantId = single(headers['v-c-merchant-id']);
  const given = single(headers['signature']);
  for (const [name, value] of [
    ['v-c-merchant-id', merchantId],
    ['signature', given],
    ['host', headers.host],
  ] as const) {
    if (value === undefined || value === '') return refused(`Missing header: ${name}`);
  }
  const parameters = new Map(
    [...(given ?? '').matchAll(parameterPattern)].map((m) => [m[1]?.toLowerCase(), m[2] ?? '']),
  );
  const key = rules.keys.find(({ keyId }) => keyId === parameters.get('keyid'));
  if (key === undefined || parameters.get('algorithm')?.toLowerCase() !== 'hmacsha256') {
    return refused();
  }
  const names = (parameters.get('headers') ?? '').toLowerCase().split(' ').filter(Boolean);
  const fault = listFault(request, names) ?? dateFault(headers, rules) ?? digestFault(request);
  if (fault !== undefined) return refused(fault);

  const merchant = merchantId ?? '';
  if (merchant !== key.organizationId && !key.children.includes(merchant)) return refused();
  const isGood = [merchant, key.organizationId].some((signedAs) =>
    matches(parameters.get('signature') ?? '', signingString(request, names, signedAs), key.secret),
  );
  return isGood ? { ok: true, merchantId: merchant } : refused();
}

/** The text that is signed: one `name: value` line per listed header, in the order of the list. */
export function signingString(
  request: SignedRequest,
  names: readonly string[],
  merchantId: string,
): string {
  return names
    .map((name) => {
      if (name === 'request-target' || name === '(request-target)') {
        return `${name}: ${request.method.toLowerCase()} ${request.target}`;
      }
      if (name === 'v-c-merchant-id') return `${name}: ${merchantId}`;
      return `${name}: ${single(request.headers[name]) ?? ''}`;
    })
    .join('\n');
}

/** Base64 HMAC-SHA256 with a base64 key. */
export function hmacBase64(secret: string, text: string): string {
  return createHmac('sha256', Buffer.from(secret, 'base64')).update(text).digest('base64');
}

/** The `digest` header of a body. */
export function digestOf(body: Buffer | string): string {
  return `SHA-256=${createHash('sha256').update(body).digest('base64')}`;
}

/** Headers a client sends with a signed request; the shop twin uses them as a browser would not. */
export function signedHeaders(
  request: { method: string; target: string; host: string; body: string },
  key: SigningKey,
): Record<string, string> {
  const hasBody = request.body !== '';
  const headers: Record<string, string> = {
    host: request.host,
    date: new Date().toUTCString(),
    'v-c-merchant-id': key.organizationId,
    ...(hasBody ? { digest: digestOf(request.body), 'content-type': 'application/json' } : {}),
  };
  const names = [
    'host',
    'date',
    'request-target',
    ...(hasBody ? ['digest'] : []),
    'v-c-merchant-id',
  ];
  const text = signingString(
    { ...request, headers, body: Buffer.from(request.body) },
    names,
    key.organizationId,
  );
  headers['signature'] =
    `keyid="${key.keyId}", algorithm="HmacSHA256", headers="${names.join(' ')}", ` +
    `signature="${hmacBase64(key.secret, text)}"`;
  return headers;
}

function listFault(request: SignedRequest, names: readonly string[]): string | undefined {
  const has = (...wanted: string[]): boolean => wanted.some((name) => names.includes(name));
  if (!has('host') || !has('v-c-merchant-id')) return '';
  if (!has('request-target', '(request-target)') || !has('date', 'v-c-date')) return '';
  if (carriesDigest(request.method) && !has('digest')) return '';
  return undefined;
}

function dateFault(headers: IncomingHttpHeaders, rules: SignatureRules): string | undefined {
  const text = single(headers['v-c-date']) ?? headers.date;
  if (text === undefined) return 'Missing header: date';
  if (rules.clockWindowMs === undefined) return undefined;
  const difference = Math.abs(Date.parse(text) - rules.now.getTime());
  return difference <= rules.clockWindowMs ? undefined : '';
}

function digestFault(request: SignedRequest): string | undefined {
  if (!carriesDigest(request.method)) return undefined;
  const digest = single(request.headers['digest']);
  if (digest === undefined) return 'Missing header: digest';
  return digest === digestOf(request.body) ? undefined : '';
}

function carriesDigest(method: string): boolean {
  return ['POST', 'PUT', 'PATCH'].includes(method.toUpperCase());
}

function matches(given: string, text: string, secret: string): boolean {
  const expected = Buffer.from(hmacBase64(secret, text));
  const actual = Buffer.from(given);
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}

function refused(detail = ''): Verdict {
  return {
    ok: false,
    reason: detail === '' ? 'Authentication Failed' : `Authentication Failed: ${detail}`,
  };
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

import { createHmac, timingSafeEqual } from 'node:crypto';
import type { WebhookBody } from './webhook-body.ts';

/**
 * Whether a Books webhook carries the signature of its secret.
 *
 * Zoho signs the query and form pairs, sorted by name, names and values run together without
 * separators, followed by the raw JSON; the signature is HMAC-SHA256 in hexadecimal. It covers no
 * time, so a caller must recognise repetitions by content.
 */
export function hasValidSignature(
  body: WebhookBody,
  query: ReadonlyMap<string, string>,
  options: { readonly signature: string; readonly secret: string },
): boolean {
  const given = Buffer.from(options.signature.trim().toLowerCase(), 'utf8');
  const expected = Buffer.from(signWebhook(body, query, options.secret), 'utf8');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** The signature Zoho would put on this webhook. */
export function signWebhook(
  body: Pick<WebhookBody, 'form' | 'rawJson'>,
  query: ReadonlyMap<string, string>,
  secret: string,
): string {
  const pairs = [...query, ...body.form].toSorted(([left], [right]) =>
    left < right ? -1 : left > right ? 1 : 0,
  );
  const text = pairs.map(([name, value]) => name + value).join('');
  return createHmac('sha256', secret).update(text).update(body.rawJson).digest('hex');
}

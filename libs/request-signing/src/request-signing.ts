import { createHmac, timingSafeEqual } from 'node:crypto';
import { PermanentFailure } from '@sluice/failure';

/** Name of the header that carries the signature, lower case as Node hands headers over. */
export const signatureHeader = 'x-sluice-signature';

const windowMs = 5 * 60_000;
const headerCharactersMax = 512;

/** What a caller needs to sign one request. */
export interface SignOptions {
  /** Id the receiver knows the secret by: the shop's or the client's. No `;`, `=` or `,`. */
  readonly keyId: string;
  /** Shared secret; its UTF-8 bytes are the key. */
  readonly secret: string;
  /** Instant of this attempt; a repeated attempt signs again. */
  readonly now: Date;
}

/** What a receiver needs to verify one request. */
export interface VerifyOptions {
  /** Secret of a key id, or undefined when the id is unknown. */
  readonly secretFor: (keyId: string) => string | undefined;
  /** Instant of the receipt; signatures more than five minutes away from it are stale. */
  readonly now: Date;
}

/**
 * Signs the exact bytes of a request body.
 *
 * Returns the value of the `x-sluice-signature` header:
 * `t=<epoch ms>;keyId=<id>;sig=<base64 HMAC-SHA256 over t + "." + body>`.
 */
export function signRequest(raw: string | Uint8Array, options: SignOptions): string {
  const t = String(options.now.getTime());
  const sig = digest(raw, t, options.secret).toString('base64');
  return `t=${t};keyId=${options.keyId};sig=${sig}`;
}

/**
 * Verifies the signature of a request over its raw body and returns who signed it.
 *
 * Throws `PermanentFailure` with code `SIGNATURE_MISSING` (no header, or not of the documented
 * form), `SIGNATURE_STALE`, `SIGNATURE_UNKNOWN_KEY` or `SIGNATURE_FORGED`. The comparison takes the
 * same time wherever the signatures differ; no message names the secret or the expected signature.
 */
export function verifyRequest(
  raw: string | Uint8Array,
  header: string | undefined,
  options: VerifyOptions,
): { keyId: string } {
  const parts = parse(header);
  if (Math.abs(options.now.getTime() - Number(parts.t)) > windowMs) {
    throw new PermanentFailure('SIGNATURE_STALE', 'The signature is older than five minutes.');
  }
  const secret = options.secretFor(parts.keyId);
  if (secret === undefined) {
    throw new PermanentFailure('SIGNATURE_UNKNOWN_KEY', 'The key id of the signature is unknown.');
  }
  const expected = digest(raw, parts.t, secret);
  const given = Buffer.from(parts.sig, 'base64');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    throw new PermanentFailure('SIGNATURE_FORGED', 'The signature does not match the body.');
  }
  return { keyId: parts.keyId };
}

function digest(raw: string | Uint8Array, t: string, secret: string): Buffer {
  return createHmac('sha256', secret).update(`${t}.`).update(raw).digest();
}

function parse(header: string | undefined): { t: string; keyId: string; sig: string } {
  const match =
    header === undefined || header.length > headerCharactersMax
      ? null
      : /^t=(\d{10,16});keyId=([^;=,\s]{1,128});sig=([A-Za-z0-9+/]{43}=)$/.exec(header);
  const [, t, keyId, sig] = match ?? [];
  if (t === undefined || keyId === undefined || sig === undefined) {
    throw new PermanentFailure(
      'SIGNATURE_MISSING',
      `The header ${signatureHeader} is missing or not of the form t=…;keyId=…;sig=….`,
    );
  }
  return { t, keyId, sig };
}

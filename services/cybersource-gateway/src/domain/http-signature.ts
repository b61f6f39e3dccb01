import { createHash, createHmac, type KeyObject } from 'node:crypto';

/** Who signs calls to Cybersource. */
export interface HttpSigner {
  readonly merchantId: string;
  readonly keyId: string;
  /** The shared secret, base64-decoded and made a key once. */
  readonly secret: KeyObject;
  /** The host that is signed; it may differ from the host that is dialled. */
  readonly host: string;
}

/** The parts of one call that the signature covers. */
export interface SignableCall {
  readonly method: 'GET' | 'POST';
  /** Path and query exactly as sent, percent-encoded. */
  readonly pathAndQuery: string;
  /** The body's exact text; absent for GET. */
  readonly body?: string;
  readonly date: Date;
}

/**
 * Headers that authenticate one call by Cybersource's HTTP Signature.
 *
 * The signed date and the `date` header come from the same instant, so they never differ.
 */
export function signCall(signer: HttpSigner, call: SignableCall): Record<string, string> {
  const date = call.date.toUTCString();
  const digest = call.body === undefined ? undefined : digestOf(call.body);
  const lines: [name: string, value: string][] = [
    ['host', signer.host],
    ['date', date],
    ['request-target', `${call.method.toLowerCase()} ${call.pathAndQuery}`],
    ...(digest === undefined ? [] : [['digest', digest] as [string, string]]),
    ['v-c-merchant-id', signer.merchantId],
  ];
  const text = lines.map(([name, value]) => `${name}: ${value}`).join('\n');
  const signature = createHmac('sha256', signer.secret).update(text).digest('base64');
  const names = lines.map(([name]) => name).join(' ');
  return {
    host: signer.host,
    date,
    'v-c-merchant-id': signer.merchantId,
    ...(digest === undefined ? {} : { digest }),
    signature:
      `keyid="${signer.keyId}", algorithm="HmacSHA256", ` +
      `headers="${names}", signature="${signature}"`,
  };
}

/** Value of the `digest` header for a body. */
export function digestOf(body: string): string {
  return `SHA-256=${createHash('sha256').update(body).digest('base64')}`;
}

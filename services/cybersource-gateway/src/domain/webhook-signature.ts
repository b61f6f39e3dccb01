import { createHmac, timingSafeEqual, type KeyObject } from 'node:crypto';

/** Which bytes of a notification the signature was found to cover. */
export type SignedPart = 'body' | 'payload';

/** Why a notification is refused. */
export type SignatureFault = 'missing' | 'stale' | 'unknown-key' | 'forged';

/** What the receiver knows when it verifies a notification. */
export interface WebhookVerification {
  readonly header: string | undefined;
  readonly rawBody: Buffer;
  /** `JSON.stringify` of the body's payload, where that older variant is accepted. */
  readonly payloadText?: string;
  /** Keys by id; an old key stays until its id is removed from the settings. */
  readonly keys: ReadonlyMap<string, KeyObject>;
  readonly now: Date;
}

const windowMs = 5 * 60_000;
const headerPattern = /^t=(\d{10,16});\s?keyId=([\w.:-]{1,128});\s?sig=([A-Za-z0-9+/]{43}=)$/;

/**
 * Verifies the `v-c-signature` of a notification: the raw body first, then the payload alone.
 *
 * The window applies to the signature's own time, which is fresh in every delivery attempt.
 */
export function verifyWebhook(
  input: WebhookVerification,
): { readonly signedPart: SignedPart; readonly signedAt: Date } | SignatureFault {
  const match = headerPattern.exec(input.header ?? '');
  const [, time, keyId, signature] = match ?? [];
  if (time === undefined || keyId === undefined || signature === undefined) return 'missing';
  if (Math.abs(input.now.getTime() - Number(time)) > windowMs) return 'stale';
  const key = input.keys.get(keyId);
  if (key === undefined) return 'unknown-key';
  const given = Buffer.from(signature, 'base64');
  const covers = (message: Buffer | string): boolean => {
    const expected = createHmac('sha256', key).update(`${time}.`).update(message).digest();
    return given.length === expected.length && timingSafeEqual(given, expected);
  };
  const signedAt = new Date(Number(time));
  if (covers(input.rawBody)) return { signedPart: 'body', signedAt };
  if (input.payloadText !== undefined && covers(input.payloadText)) {
    return { signedPart: 'payload', signedAt };
  }
  return 'forged';
}

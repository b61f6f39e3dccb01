import { createHmac, timingSafeEqual } from 'node:crypto';

const windowMs = 5 * 60 * 1000;

/** The shop signature: `t=<epoch ms>;keyId=<id>;sig=<base64 HMAC of t.body>`. */
export function shopSignature(key: { id: string; secret: string }, body: string): string {
  const time = Date.now();
  return `t=${time};keyId=${key.id};sig=${hmac(key.secret, time.toString(), body)}`;
}

/** Whether a signature fits the body and is not older or newer than five minutes. */
export function isShopSignature(
  given: string | undefined,
  key: { id: string; secret: string },
  message: { body: string; nowMs: number },
): boolean {
  const match = /^t=(\d{1,15});keyId=([^;]+);sig=(\S+)$/.exec(given ?? '');
  const [, time = '', keyId, sig = ''] = match ?? [];
  if (match === null || keyId !== key.id) return false;
  if (Math.abs(Number(time) - message.nowMs) > windowMs) return false;
  const expected = Buffer.from(hmac(key.secret, time, message.body));
  const actual = Buffer.from(sig);
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}

function hmac(secret: string, time: string, body: string): string {
  return createHmac('sha256', secret).update(`${time}.${body}`).digest('base64');
}

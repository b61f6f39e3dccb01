import { createHmac } from 'node:crypto';

/** HMAC-SHA256 in hex: recognises a repetition without keeping the value. */
export function keyedHash(value: string | Buffer, key: string): string {
  return createHmac('sha256', key).update(value).digest('hex');
}

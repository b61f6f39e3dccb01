import { createHmac } from 'node:crypto';

/** The header clients sign requests to our gateways with. */
export function clientSignature(body: string, secret: string): Readonly<Record<string, string>> {
  const timeMs = Date.now();
  const signature = createHmac('sha256', secret).update(`${timeMs}.${body}`).digest('base64');
  return { 'x-sluice-signature': `t=${timeMs};keyId=demo-shop;sig=${signature}` };
}

/** The headers of a notification of Cybersource. */
export function notificationHeaders(
  body: string,
  key: { readonly keyId: string; readonly key: string },
): Readonly<Record<string, string>> {
  const timeMs = Date.now();
  const signature = createHmac('sha256', Buffer.from(key.key, 'base64'))
    .update(`${timeMs}.${body}`)
    .digest('base64');
  return { 'v-c-signature': `t=${timeMs};keyId=${key.keyId};sig=${signature}` };
}

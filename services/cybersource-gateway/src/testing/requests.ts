import { createHmac } from 'node:crypto';
import { newId } from '@sluice/clock';
import type { EventRecord } from '@sluice/messaging';
import type { Answer } from '@sluice/service-host/testing';
import type { TestApp } from './test-app.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Body of a request for a payment of 12.50 EUR. */
export function paymentBody(overrides: Fields = {}): Fields {
  return {
    orderId: newId(),
    shopId: 'demo-shop',
    orderNumber: 'A-1',
    amount: '12.50',
    currency: 'EUR',
    token: { type: 'instrument_identifier', id: '7010000000016241111' },
    billTo: { fullName: 'Ada Lovelace', email: 'ada@example.com', country: 'GB' },
    ipAddress: '203.0.113.7',
    ...overrides,
  };
}

/** Payload data of a notification about a payment. */
export function notificationData(
  paymentId: string,
  transactionId: string,
  overrides: Fields = {},
): Fields {
  return {
    id: transactionId,
    rootId: transactionId,
    status: 'AUTHORIZED',
    submitTimeUtc: '2026-01-15T11:59:58Z',
    clientReferenceInformation: { code: paymentId },
    orderInformation: { amountDetails: { totalAmount: '12.50', currency: 'EUR' } },
    ...overrides,
  };
}

/** A notification as Cybersource sends it: a new trace id in every delivery. */
export function notificationBody(eventType: string, data: Fields): Fields {
  return {
    webhookId: 'w1',
    transactionTraceId: newId(),
    productId: 'cardProcessing',
    organizationId: 'demo_merchant',
    eventType,
    eventDate: new Date().toISOString(),
    requestType: 'NEW',
    payload: { data },
  };
}

const webhookKey = Buffer.from('AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=', 'base64');

/** Delivers a notification, signed now with the tests' key unless told otherwise. */
export async function deliver(
  { app }: TestApp,
  body: unknown,
  signed: { readonly at?: number; readonly keyId?: string; readonly over?: string } = {},
): Promise<Answer> {
  const payload = typeof body === 'string' ? body : JSON.stringify(body);
  const time = signed.at ?? Date.now();
  const message = `${time}.${signed.over ?? payload}`;
  const signature = createHmac('sha256', webhookKey).update(message).digest('base64');
  const reply = await app.inject({
    method: 'POST',
    url: '/webhooks/cybersource',
    headers: {
      'content-type': 'application/json',
      'v-c-signature': `t=${time};keyId=${signed.keyId ?? 'k1'};sig=${signature}`,
    },
    payload,
  });
  return { status: reply.statusCode, body: JSON.parse(reply.body) as Record<string, unknown> };
}

/** States that were published about a payment, in order, with their versions. */
export async function publishedStates(
  testApp: TestApp,
  paymentId: unknown,
): Promise<readonly string[]> {
  const events = await testApp.events();
  return events
    .filter(isPaymentUpdated)
    .filter(({ data }) => data.paymentId === paymentId)
    .map(({ data, version }) => `${String(version)} ${data.state}`);
}

/** True for the event of a change of a payment's state. */
export function isPaymentUpdated(
  event: EventRecord,
): event is EventRecord<'sluice.cybersource.v1.PaymentUpdated'> {
  return event.type === 'sluice.cybersource.v1.PaymentUpdated';
}

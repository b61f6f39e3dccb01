import { randomBytes, randomUUID } from 'node:crypto';
import { VendorRefusal } from '../control/twin-server.ts';
import { objectsIn, textAt, type Json } from '../json.ts';
import { submitTime, type CybersourceContext } from './context.ts';
import type { WebhookKey } from './webhook-message.ts';

/** A webhook subscription made through the management API. */
export interface Subscription {
  readonly webhookId: string;
  readonly webhookUrl: string;
  readonly status: string;
  readonly products: readonly { productId: string; eventTypes: readonly string[] }[];
}

interface StoredKey extends WebhookKey {
  readonly expirationDate: string;
}

const yearMs = 365 * 24 * 60 * 60 * 1000;

/** Performs `POST /kms/egress/v2/keys-sym`; a new key takes the place of the one before. */
export function createSymmetricKey(context: CybersourceContext, body: Json): Json {
  const information = textAt(body, 'keyInformation.organizationId');
  if (textAt(body, 'clientRequestAction') !== 'CREATE' || information === undefined) {
    throw managementRefusal('clientRequestAction CREATE and keyInformation are required');
  }
  const key: StoredKey = {
    keyId: randomUUID(),
    key: randomBytes(32).toString('base64'),
    expirationDate: new Date(context.now().getTime() + yearMs).toISOString(),
  };
  context.ledger.put('webhook-keys', key.keyId, key);
  return {
    submitTimeUtc: submitTime(context),
    status: 'ACCEPTED',
    keyInformation: { ...keyView(context, key), key: key.key },
  };
}

/** Lists keys without their secret part. */
export function listSymmetricKeys(context: CybersourceContext): Json {
  return {
    submitTimeUtc: submitTime(context),
    keyInformation: context.ledger
      .list<StoredKey>('webhook-keys')
      .map((key) => keyView(context, key)),
  };
}

/** The key that signs webhooks of API-made subscriptions: the last one made. */
export function latestKey(context: CybersourceContext): WebhookKey | undefined {
  return context.ledger.list<StoredKey>('webhook-keys').at(-1);
}

export function createSubscription(context: CybersourceContext, body: Json): Json {
  const webhookUrl = textAt(body, 'webhookUrl');
  const products = objectsIn(body['products']);
  if (webhookUrl === undefined || products.length === 0) {
    throw managementRefusal('webhookUrl and products are required');
  }
  if (!products.every(({ eventTypes }) => Array.isArray(eventTypes))) {
    throw managementRefusal('Every product needs its eventTypes');
  }
  if (latestKey(context) === undefined) {
    throw managementRefusal('Create a key before the subscription');
  }
  const webhookId = randomUUID();
  const subscription = {
    ...body,
    webhookId,
    status: 'ACTIVE',
    createdOn: context.now().toISOString(),
  };
  context.ledger.put('subscriptions', webhookId, subscription);
  return subscription;
}

/** Subscriptions that want an event. */
export function subscribersOf(context: CybersourceContext, eventType: string): Subscription[] {
  return context.ledger
    .list<Subscription>('subscriptions')
    .filter(
      ({ status, products }) =>
        status === 'ACTIVE' && products.some(({ eventTypes }) => eventTypes.includes(eventType)),
    );
}

/** Answers the list of products and their events. */
export function productCatalogue(): Json[] {
  const product = (productId: string, productName: string, names: readonly string[]): Json => ({
    productId,
    productName,
    eventTypes: names.map((eventName) => ({ eventName, displayName: eventName })),
  });
  return [
    product('cardProcessing', 'Card Processing', [
      'payments.payments.accept',
      'payments.payments.review',
      'payments.payments.reject',
      'payments.payments.partial.approval',
      'payments.captures.accept',
      'payments.refunds.accept',
      'payments.refunds.reject',
      'payments.reversals.accept',
      'payments.voids.accept',
    ]),
    product('decisionManager', 'Decision Manager', ['risk.profile.decision.review']),
  ];
}

export function managementRefusal(message: string, status = 400): VendorRefusal {
  return new VendorRefusal(status, {
    submitTimeUtc: new Date().toISOString(),
    status: 'INVALID_REQUEST',
    reason: status === 404 ? 'NOT_FOUND' : 'INVALID_DATA',
    message,
  });
}

function keyView({ key }: CybersourceContext, stored: StoredKey): Json {
  return {
    provider: 'nrtd',
    tenant: key.organizationId,
    organizationId: key.organizationId,
    keyId: stored.keyId,
    keyType: 'sharedSecret',
    status: 'Active',
    expirationDate: stored.expirationDate,
  };
}

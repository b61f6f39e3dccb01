import { hash } from 'node:crypto';
import { deriveId } from '@sluice/clock';
import { scrubText } from '@sluice/pan-guard';
import {
  asList,
  asObject,
  canonicalJson,
  objectAt,
  textOf,
  type JsonObject,
} from './json-fields.ts';
import type { ToldState } from './payment.ts';
import { readTransaction, type Transaction } from './transaction.ts';
import type { SignedPart } from './webhook-signature.ts';

/** A verified notification, ready to be stored. */
export interface Notification {
  /** The same for every delivery of one event. */
  readonly notificationId: string;
  readonly organizationId: string;
  readonly productId: string;
  readonly eventType: string;
  /** JSON of the payload as received; anything like a card number in an id is blanked. */
  readonly payload: string;
  readonly transaction: Transaction;
  readonly receivedAt: Date;
}

/** What an event type means to a payment; `ignored` is understood and moves nothing. */
export type NotificationEffect = ToldState | 'ignored';

const effectByEventType: ReadonlyMap<string, NotificationEffect> = new Map([
  ['payments.payments.accept', 'authorized'],
  ['payments.payments.review', 'in_review'],
  ['payments.payments.reject', 'declined'],
  ['payments.captures.accept', 'captured'],
  ['payments.refunds.accept', 'refunded'],
  ['payments.refunds.reject', 'ignored'],
  ['payments.voids.accept', 'voided'],
  ['risk.profile.decision.review', 'in_review'],
]);

/** What an event type means to a payment; undefined for a type nobody taught the gateway. */
export function effectOfEventType(eventType: string): NotificationEffect | undefined {
  return effectByEventType.get(eventType);
}

/**
 * Reads the body of a verified notification.
 *
 * Cybersource promises no stable id of an event: `transactionTraceId`, `eventDate`, `requestType`
 * and the retry count differ between deliveries. The id therefore derives from organisation, event
 * type, transaction and the payload in canonical form, which are the same in every delivery. Where
 * only the payload was signed, the envelope is not trusted and the event type follows from the
 * transaction's own links and status.
 */
export function readNotification(
  body: unknown,
  signedPart: SignedPart,
  received: { readonly at: Date; readonly organizationId: string },
): Notification {
  const envelope = asObject(body);
  const payload = envelope['payload'] ?? {};
  const transaction = readTransaction(isOne(payload) ? dataOf(payload) : {}, received.at);
  const isTrusted = signedPart === 'body';
  const organizationId =
    (isTrusted && textOf(envelope['organizationId'])) || received.organizationId;
  const eventType = isTrusted
    ? textOf(envelope['eventType'])
    : eventTypeOf(dataOf(payload), transaction);
  const payloadHash = hash('sha256', canonicalJson(payload));
  return {
    notificationId: deriveId(organizationId, eventType, transaction.id, payloadHash),
    organizationId,
    productId: isTrusted ? textOf(envelope['productId']) : '',
    eventType,
    payload: scrubText(JSON.stringify(payload)),
    transaction,
    receivedAt: received.at,
  };
}

/** Several transactions in one notification move nothing: none of them may be passed over. */
function isOne(payload: unknown): boolean {
  return !Array.isArray(payload) || payload.length === 1;
}

/** The payload is an object or a list of one, and its data may be nested or not. */
function dataOf(payload: unknown): JsonObject {
  const first = Array.isArray(payload) ? asList(payload)[0] : payload;
  const data = objectAt(first, 'data');
  return Object.keys(data).length > 0 ? data : asObject(first);
}

const eventTypeByStatus: ReadonlyMap<string, string> = new Map([
  ['AUTHORIZED', 'payments.payments.accept'],
  ['PARTIAL_AUTHORIZED', 'payments.payments.accept'],
  ['AUTHORIZED_PENDING_REVIEW', 'payments.payments.review'],
  ['AUTHORIZED_RISK_DECLINED', 'payments.payments.reject'],
  ['DECLINED', 'payments.payments.reject'],
]);

function eventTypeOf(data: JsonObject, transaction: Transaction): string {
  const self = textOf(objectAt(data, '_links', 'self')['href']);
  const kind = /\/pts\/v2\/(captures|refunds|voids)\//.exec(self)?.[1];
  if (kind !== undefined) return `payments.${kind}.accept`;
  return eventTypeByStatus.get(transaction.status) ?? 'unsigned-event-type';
}

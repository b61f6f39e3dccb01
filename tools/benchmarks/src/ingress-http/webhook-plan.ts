import { createHmac } from 'node:crypto';

/** Webhooks of one run, in the order in which they are sent. */
export interface WebhookPlan {
  /** Begins every payment id, so that runs never meet. */
  readonly prefix: string;
  readonly count: number;
  /** A duplicate comes so many webhooks after its first delivery, so that it never races it. */
  readonly duplicateDistance: number;
}

/** What one webhook of a plan is. */
export type WebhookKind = 'fresh' | 'duplicate' | 'forged';

/** One webhook in a hundred is a duplicate, and one has a bad signature. */
const cycle = 100;
const duplicateAt = 60;
const forgedAt = 80;

/** Text that brings a body to about 2 KB, which is what a real notification of a capture has. */
const note = 'lorem ipsum '.repeat(87);

/** What the webhook at a place is. */
export function kindAt(plan: WebhookPlan, place: number): WebhookKind {
  if (place % cycle === forgedAt) return 'forged';
  const canRepeat = place >= plan.duplicateDistance;
  return place % cycle === duplicateAt && canRepeat ? 'duplicate' : 'fresh';
}

/** How many webhooks of each kind a plan has. */
export function countKinds(plan: WebhookPlan): Readonly<Record<WebhookKind, number>> {
  const counts = { fresh: 0, duplicate: 0, forged: 0 };
  for (let place = 0; place < plan.count; place += 1) counts[kindAt(plan, place)] += 1;
  return counts;
}

/** The payment that the webhook at a place tells of; a duplicate tells of an earlier one's. */
export function paymentIdAt(plan: WebhookPlan, place: number): string {
  return `${plan.prefix}-${origin(plan, place)}`;
}

function origin(plan: WebhookPlan, place: number): number {
  if (kindAt(plan, place) !== 'duplicate') return place;
  const earlier = place - plan.duplicateDistance;
  return kindAt(plan, earlier) === 'fresh' ? earlier : earlier - 1;
}

/** Digits of a transaction's id: Cybersource makes them 22 long. */
export function transactionIdOf(paymentId: string, kind: 'payment' | 'capture'): string {
  const digest = createHmac('sha256', kind).update(paymentId).digest();
  const digits = digest.readBigUInt64BE(0).toString().padStart(20, '0');
  return `76${digits.slice(0, 20)}`;
}

/**
 * Body of the webhook at a place: a capture was accepted.
 *
 * Deliveries of one event have the same payload to the byte, and differ in their envelope.
 */
export function webhookBody(plan: WebhookPlan, place: number): string {
  return JSON.stringify({
    webhookId: 'f5c0c1d2-benchmark',
    transactionTraceId: `trace-${plan.prefix}-${place}`,
    productId: 'cardProcessing',
    organizationId: 'demo_merchant',
    eventType: 'payments.captures.accept',
    eventDate: '2026-01-15T12:00:00Z',
    requestType: 'NEW',
    payload: { data: captureOf(paymentIdAt(plan, place)) },
  });
}

function captureOf(paymentId: string): object {
  const rootId = transactionIdOf(paymentId, 'payment');
  return {
    id: transactionIdOf(paymentId, 'capture'),
    rootId,
    status: 'PENDING',
    submitTimeUtc: '2026-01-15T11:59:58Z',
    reconciliationId: `R${paymentId}`,
    clientReferenceInformation: { code: paymentId, comments: 'Order 1001 of demo-shop' },
    orderInformation: {
      amountDetails: { totalAmount: '12.50', currency: 'EUR' },
      billTo: {
        firstName: 'Ada',
        lastName: 'Lovelace',
        address1: '12 Analytical Row',
        locality: 'London',
        postalCode: 'N1 1AA',
        country: 'GB',
        email: 'ada@example.com',
      },
    },
    paymentInformation: { card: { type: '001' } },
    note,
    processorInformation: { approvalCode: 'A12345', responseCode: '00' },
    _links: {
      self: { href: '/pts/v2/captures/0', method: 'GET' },
      void: { href: '/pts/v2/captures/0/voids', method: 'POST' },
    },
  };
}

/** The header that signs a body; a forged one has the right form and the wrong bytes. */
export function signatureHeader(
  body: string,
  kind: WebhookKind,
  signing: { readonly keyId: string; readonly key: Buffer; readonly atMs: number },
): string {
  const signed = kind === 'forged' ? `${body} ` : body;
  const signature = createHmac('sha256', signing.key)
    .update(`${signing.atMs}.${signed}`)
    .digest('base64');
  return `t=${signing.atMs};keyId=${signing.keyId};sig=${signature}`;
}

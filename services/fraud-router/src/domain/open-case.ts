import { deriveId } from '@sluice/clock';
import type { PaymentReviewRequested } from '@sluice/contracts';
import type { EventRecord } from '@sluice/messaging';
import type { RuleSet } from './rules.ts';
import type { Score } from './score.ts';

/** Name of this service as the source of its events. */
export const source = 'fraud-router';

/** Id of the one case a payment can have. */
export function caseIdOf(tenant: string, paymentId: string): string {
  return deriveId('fraud-case', tenant, paymentId);
}

/** The event that a held payment was scored and needs a person. */
export function caseOpened(
  review: EventRecord<'sluice.payments.v1.PaymentReviewRequested'>,
  outcome: { readonly score: Score; readonly rules: RuleSet; readonly openedAtMicros: bigint },
): EventRecord<'sluice.fraud.v1.FraudCaseOpened'> {
  const payment: PaymentReviewRequested = review.data;
  const { score, rules, openedAtMicros } = outcome;
  const caseId = caseIdOf(review.tenant, payment.paymentId);
  return {
    id: deriveId('fraud-case-opened', caseId),
    type: 'sluice.fraud.v1.FraudCaseOpened',
    source,
    tenant: review.tenant,
    key: payment.paymentId,
    time: openedAtMicros,
    causationId: review.id,
    correlationId: payment.orderId,
    data: {
      caseId,
      paymentId: payment.paymentId,
      orderId: payment.orderId,
      orderNumber: payment.orderNumber,
      shopId: payment.shopId,
      transactionId: payment.transactionId,
      amount: payment.amount,
      customerEmail: payment.customerEmail,
      customerName: payment.customerName,
      score: score.score,
      reasons: score.reasons,
      rulesVersion: `${rules.name}:${rules.version}`,
      openedAt: openedAtMicros,
      lineage: {
        sourceEventId: review.id,
        sourceType: review.type,
        mapping: rules.name,
        mappingVersion: BigInt(rules.version),
      },
    },
  };
}

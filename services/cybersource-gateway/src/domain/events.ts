import { deriveId } from '@sluice/clock';
import type { EventRecord } from '@sluice/messaging';
import { formatDecimal } from '@sluice/money';
import type { Notification } from './notification.ts';
import type { PaymentChange } from './payment.ts';

/** Name of this service in events. */
export const source = 'cybersource-gateway';

/** An instant in the microseconds that events carry. */
export function microsOf(instant: Date): bigint {
  return BigInt(instant.getTime()) * 1000n;
}

/** The event of one change of state; the same change always gives the same id. */
export function paymentUpdated(
  change: PaymentChange,
): EventRecord<'sluice.cybersource.v1.PaymentUpdated'> {
  const { payment, fact, amount } = change;
  const isRefund = payment.state === 'refunded';
  const refundedTotal = { minor: payment.refundedMinor, currency: payment.amount.currency };
  return {
    id: deriveId(payment.tenant, 'payment-updated', payment.paymentId, String(payment.version)),
    type: 'sluice.cybersource.v1.PaymentUpdated',
    source,
    tenant: payment.tenant,
    key: payment.paymentId,
    time: microsOf(fact.transaction.occurredAt),
    version: BigInt(payment.version),
    correlationId: payment.orderId,
    ...traceOf(change),
    data: {
      paymentId: payment.paymentId,
      orderId: payment.orderId,
      orderNumber: payment.orderNumber,
      shopId: payment.shopId,
      merchantId: payment.merchantId,
      toldBy: fact.toldBy,
      eventType: fact.eventType,
      state: payment.state,
      vendorStatus: payment.vendorStatus,
      // A call that was refused outright has no transaction; Cybersource knows it by our reference.
      transactionId: payment.transactionId || payment.paymentId,
      rootTransactionId: payment.rootTransactionId || payment.paymentId,
      amount: formatDecimal(amount),
      currency: amount.currency,
      reasonCodes: payment.reasonCodes,
      email: payment.email,
      fullName: payment.fullName,
      cardType: payment.cardType,
      cardLast4: payment.cardLast4,
      reconciliationId: payment.reconciliationId,
      riskScore: payment.riskScore === null ? null : BigInt(payment.riskScore),
      riskFactorCodes: payment.riskFactorCodes,
      riskProfile: payment.riskProfile,
      ipAddress: payment.ipAddress,
      billingCountry: payment.billingCountry,
      shippingCountry: payment.shippingCountry,
      refundId: isRefund ? fact.refundId : null,
      refundedTotal: isRefund ? formatDecimal(refundedTotal) : null,
      occurredAt: microsOf(fact.transaction.occurredAt),
    },
  };
}

/** A reply happens inside the payment's trace; whatever is told later is joined to it. */
function traceOf({ payment, fact }: PaymentChange): { readonly traceparent?: string } {
  const isInside = fact.toldBy === 'reply' || payment.traceparent === '';
  return isInside ? {} : { traceparent: payment.traceparent };
}

/** The event of a notification that moves no payment; it ends as an unmapped dead letter. */
export function notificationReceived(
  notification: Notification,
  tenant: string,
): EventRecord<'sluice.cybersource.v1.NotificationReceived'> {
  const receivedAt = microsOf(notification.receivedAt);
  return {
    id: deriveId(tenant, 'notification-received', notification.notificationId),
    type: 'sluice.cybersource.v1.NotificationReceived',
    source,
    tenant,
    key: notification.notificationId,
    time: receivedAt,
    data: {
      notificationId: notification.notificationId,
      organizationId: notification.organizationId,
      productId: notification.productId,
      eventType: notification.eventType,
      payload: notification.payload,
      receivedAt,
    },
  };
}

import type { Payment, PaymentState } from '../domain/payment.ts';

/** A row of table payment as the driver hands it over: bigint columns are text. */
export interface PaymentRow {
  readonly tenant: string;
  readonly payment_id: string;
  readonly order_id: string;
  readonly order_number: string;
  readonly shop_id: string;
  readonly merchant_id: string;
  readonly state: PaymentState;
  readonly version: string;
  readonly amount_minor: string;
  readonly currency: string;
  readonly is_capture_requested: boolean;
  readonly transaction_id: string;
  readonly root_transaction_id: string;
  readonly vendor_status: string;
  readonly reason_codes: readonly string[];
  readonly email: string;
  readonly full_name: string;
  readonly card_type: string;
  readonly card_last4: string;
  readonly reconciliation_id: string;
  readonly risk_score: number | null;
  readonly risk_factor_codes: readonly string[];
  readonly risk_profile: string;
  readonly ip_address: string;
  readonly billing_country: string;
  readonly shipping_country: string;
  readonly refunded_minor: string;
  readonly traceparent: string;
}

/** The payment that a row holds. */
export function paymentOf(row: PaymentRow): Payment {
  return {
    tenant: row.tenant,
    paymentId: row.payment_id,
    orderId: row.order_id,
    orderNumber: row.order_number,
    shopId: row.shop_id,
    merchantId: row.merchant_id,
    state: row.state,
    version: Number(row.version),
    amount: { minor: BigInt(row.amount_minor), currency: row.currency },
    isCaptureRequested: row.is_capture_requested,
    transactionId: row.transaction_id,
    rootTransactionId: row.root_transaction_id,
    vendorStatus: row.vendor_status,
    reasonCodes: row.reason_codes,
    email: row.email,
    fullName: row.full_name,
    cardType: row.card_type,
    cardLast4: row.card_last4,
    reconciliationId: row.reconciliation_id,
    riskScore: row.risk_score,
    riskFactorCodes: row.risk_factor_codes,
    riskProfile: row.risk_profile,
    ipAddress: row.ip_address,
    billingCountry: row.billing_country,
    shippingCountry: row.shipping_country,
    refundedMinor: BigInt(row.refunded_minor),
    traceparent: row.traceparent,
  };
}

/** The row of a payment, ready for `jsonb_to_recordset`. */
export function rowOf(payment: Payment): PaymentRow {
  return {
    tenant: payment.tenant,
    payment_id: payment.paymentId,
    order_id: payment.orderId,
    order_number: payment.orderNumber,
    shop_id: payment.shopId,
    merchant_id: payment.merchantId,
    state: payment.state,
    version: String(payment.version),
    amount_minor: payment.amount.minor.toString(),
    currency: payment.amount.currency,
    is_capture_requested: payment.isCaptureRequested,
    transaction_id: payment.transactionId,
    root_transaction_id: payment.rootTransactionId,
    vendor_status: payment.vendorStatus,
    reason_codes: payment.reasonCodes,
    email: payment.email,
    full_name: payment.fullName,
    card_type: payment.cardType,
    card_last4: payment.cardLast4,
    reconciliation_id: payment.reconciliationId,
    risk_score: payment.riskScore,
    risk_factor_codes: payment.riskFactorCodes,
    risk_profile: payment.riskProfile,
    ip_address: payment.ipAddress,
    billing_country: payment.billingCountry,
    shipping_country: payment.shippingCountry,
    refunded_minor: payment.refundedMinor.toString(),
    traceparent: payment.traceparent,
  };
}

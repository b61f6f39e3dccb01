import { textAt, type Json } from '../json.ts';
import { amountIn, decimalOf, type RequestedAmount } from './amounts.ts';
import {
  findTransaction,
  newTransactionId,
  saveTransaction,
  submitTime,
  type CybersourceContext,
} from './context.ts';
import { claimMerchantTransactionId } from './merchant-transaction-id.ts';
import { clientReference, optionalReferences, reconciliationIdOf } from './payments.ts';
import type { Transaction, TransactionKind } from './records.ts';
import { invalidRequest } from './refusals.ts';

/** A transaction of one of the kinds a follow-on may work on; 400 when there is none. */
export function parentOf(
  context: CybersourceContext,
  id: string,
  kinds: readonly TransactionKind[],
): Transaction {
  const found = findTransaction(context, id);
  if (found === undefined || !kinds.includes(found.kind)) {
    throw invalidRequest('INVALID_PAYMENT_ID', 'The transaction could not be found', ['id']);
  }
  return found;
}

/** The payment at the root of a chain. */
export function rootOf(context: CybersourceContext, transaction: Transaction): Transaction {
  return findTransaction(context, transaction.rootId) ?? transaction;
}

/** Writes a follow-on transaction and returns it with its answer. */
export function recordFollowOn(
  context: CybersourceContext,
  made: {
    kind: TransactionKind;
    parent: Transaction;
    body: Json;
    status: string;
    minor: bigint;
    answer: (id: string) => Json;
    reason?: { reason: string; message: string };
  },
): Transaction {
  const { kind, parent, body, status } = made;
  const id = newTransactionId(context);
  if (kind === 'capture' || kind === 'refund') claimMerchantTransactionId(context, body, id);
  const transaction: Transaction = {
    id,
    rootId: parent.rootId,
    parentId: parent.id,
    kind,
    merchantId: parent.merchantId,
    submitTimeUtc: submitTime(context),
    status,
    reconciliationId: reconciliationIdOf(id),
    code: textAt(body, 'clientReferenceInformation.code') ?? parent.code,
    amountMinor: made.minor.toString(),
    currency: parent.currency,
    refundedMinor: '0',
    ...(made.reason === undefined ? {} : { reason: made.reason }),
    ...optionalReferences(body),
    answer: {
      ...made.answer(id),
      id,
      submitTimeUtc: submitTime(context),
      status,
      reconciliationId: reconciliationIdOf(id),
      clientReferenceInformation: clientReference(body),
    },
  };
  saveTransaction(context, transaction);
  return transaction;
}

/** The amount a follow-on asks for; its currency must be the payment's. */
export function followOnAmount(body: Json, parent: Transaction, path?: string): RequestedAmount {
  const amount = amountIn(body, {
    currency: parent.currency,
    ...(path === undefined ? {} : { path }),
  });
  if (amount.currency !== parent.currency) {
    throw invalidRequest('INVALID_DATA', 'The currency differs from the payment', [
      `${path ?? 'orderInformation.amountDetails'}.currency`,
    ]);
  }
  return amount;
}

/** Performs `POST /pts/v2/payments/{id}/captures`. */
export function capture(context: CybersourceContext, paymentId: string, body: Json): Json {
  return context.ledger.transaction(() => {
    const payment = parentOf(context, paymentId, ['payment']);
    const amount = followOnAmount(body, payment);
    if (payment.isVoided === true || BigInt(payment.reversedMinor ?? 0) > 0n) {
      throw invalidRequest('AUTH_ALREADY_REVERSED', 'The authorization has already been reversed');
    }
    if (!/^(AUTHORIZED|PARTIAL_AUTHORIZED)$/.test(payment.status) || payment.isSale === true) {
      throw invalidRequest('MISSING_AUTH', 'The authorization cannot be captured');
    }
    const captured = BigInt(payment.capturedMinor ?? 0) + amount.minor;
    if (captured > BigInt(payment.amountMinor)) {
      throw invalidRequest('EXCEEDS_AUTH_AMOUNT', 'The capture is more than was authorized');
    }
    payment.capturedMinor = captured.toString();
    saveTransaction(context, payment);
    const made = recordFollowOn(context, {
      kind: 'capture',
      parent: payment,
      body,
      status: 'PENDING',
      minor: amount.minor,
      answer: (id) => ({
        _links: {
          self: { method: 'GET', href: `/pts/v2/captures/${id}` },
          void: { method: 'POST', href: `/pts/v2/captures/${id}/voids` },
          refund: { method: 'POST', href: `/pts/v2/captures/${id}/refunds` },
        },
        orderInformation: {
          amountDetails: { totalAmount: amount.text, currency: payment.currency },
        },
      }),
    });
    announce(context, made, 'payments.captures.accept');
    return made.answer;
  });
}

/** Performs a refund of a sale or of a capture; their sum never exceeds what was taken. */
export function refund(
  context: CybersourceContext,
  target: { id: string; kind: 'payment' | 'capture' },
  body: Json,
): Json {
  return context.ledger.transaction(() => {
    const parent = parentOf(context, target.id, [target.kind]);
    const amount = followOnAmount(body, parent);
    if (parent.isVoided === true) {
      throw invalidRequest('CAPTURE_ALREADY_VOIDED', 'The capture has already been voided');
    }
    const taken =
      parent.kind === 'capture' ? BigInt(parent.amountMinor) : BigInt(parent.capturedMinor ?? 0);
    if (parent.kind === 'payment' && parent.isSale !== true) {
      throw invalidRequest('INVALID_DATA', 'Only a sale is refunded by its payment id', ['id']);
    }
    const refunded = BigInt(parent.refundedMinor ?? 0) + amount.minor;
    if (amount.minor === 0n || refunded > taken) {
      throw invalidRequest('INVALID_AMOUNT', 'The refund is more than is left of the capture', [
        'orderInformation.amountDetails.totalAmount',
      ]);
    }
    parent.refundedMinor = refunded.toString();
    saveTransaction(context, parent);
    const made = recordFollowOn(context, {
      kind: 'refund',
      parent,
      body,
      status: 'PENDING',
      minor: amount.minor,
      answer: (id) => ({
        _links: {
          self: { method: 'GET', href: `/pts/v2/refunds/${id}` },
          void: { method: 'POST', href: `/pts/v2/refunds/${id}/voids` },
        },
        refundAmountDetails: { refundAmount: amount.text, currency: parent.currency },
        orderInformation: {
          amountDetails: { totalAmount: amount.text, currency: parent.currency },
        },
      }),
    });
    announce(context, made, 'payments.refunds.accept');
    return made.answer;
  });
}

/** Sends the webhook of a follow-on. */
export function announce(context: CybersourceContext, made: Transaction, eventType: string): void {
  context.notify({
    eventType,
    productId: 'cardProcessing',
    data: { ...made.answer, rootId: made.rootId },
  });
}

/** What is left of a payment to refund, as transaction search shows it. */
export function refundBalance(transaction: Transaction): string {
  const taken =
    transaction.kind === 'capture'
      ? BigInt(transaction.amountMinor)
      : BigInt(transaction.capturedMinor ?? 0);
  return decimalOf(taken - BigInt(transaction.refundedMinor ?? 0), transaction.currency);
}

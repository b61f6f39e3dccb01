import { textAt, type Json } from '../json.ts';
import { decimalOf } from './amounts.ts';
import { saveTransaction, type CybersourceContext } from './context.ts';
import { announce, followOnAmount, parentOf, recordFollowOn, rootOf } from './follow-ons.ts';
import { holderOfMerchantTransactionId } from './merchant-transaction-id.ts';
import type { Transaction, TransactionKind } from './records.ts';
import { invalidRequest, missingField } from './refusals.ts';

/** Voids a sale, a capture or a refund that has not been sent to the processor yet. */
export function voidTransaction(
  context: CybersourceContext,
  target: { id: string; kind: TransactionKind },
  body: Json,
): Json {
  return context.ledger.transaction(() =>
    voidOf(context, parentOf(context, target.id, [target.kind]), body),
  );
}

/** Voids the transaction of a lost answer, found by its merchant transaction id. */
export function timeoutVoid(context: CybersourceContext, body: Json): Json {
  return context.ledger.transaction(() => {
    const parent = lostTransaction(context, body);
    if (parent.kind === 'payment' && parent.isSale !== true)
      return reversalOf(context, parent, body);
    return voidOf(context, parent, body);
  });
}

/** Reverses an authorisation. */
export function reverse(context: CybersourceContext, paymentId: string, body: Json): Json {
  return context.ledger.transaction(() => {
    const payment = parentOf(context, paymentId, ['payment']);
    return reversalOf(context, payment, body);
  });
}

/** Reverses the authorisation of a lost answer, found by its merchant transaction id. */
export function timeoutReversal(context: CybersourceContext, body: Json): Json {
  return context.ledger.transaction(() => {
    const parent = lostTransaction(context, body);
    if (parent.isSale === true) return voidOf(context, parent, body);
    return reversalOf(context, parent, body);
  });
}

function voidOf(context: CybersourceContext, parent: Transaction, body: Json): Json {
  const hasMoved = parent.kind === 'capture' || parent.kind === 'refund' || parent.isSale === true;
  const isRefunded = BigInt(parent.refundedMinor ?? 0) > 0n;
  const isOpen = parent.status === 'PENDING' || (parent.isSale === true && !isDeclined(parent));
  if (!hasMoved || parent.isVoided === true || isRefunded || !isOpen) {
    throw invalidRequest('NOT_VOIDABLE', 'The transaction can no longer be voided');
  }
  const root = rootOf(context, parent);
  if (parent.kind === 'capture') {
    root.capturedMinor = (BigInt(root.capturedMinor ?? 0) - BigInt(parent.amountMinor)).toString();
    saveTransaction(context, root);
  }
  if (parent.kind === 'refund') giveBack(context, parent);
  const after: Transaction = {
    ...parent,
    isVoided: true,
    status: parent.kind === 'payment' ? parent.status : 'VOIDED',
    ...(parent.kind === 'payment' ? { capturedMinor: '0' } : {}),
  };
  saveTransaction(context, after);
  const amount = decimalOf(parent.amountMinor, parent.currency);
  const made = recordFollowOn(context, {
    kind: 'void',
    parent,
    body,
    status: 'VOIDED',
    minor: BigInt(parent.amountMinor),
    answer: (id) => ({
      _links: { self: { method: 'GET', href: `/pts/v2/voids/${id}` } },
      voidAmountDetails: {
        voidAmount: amount,
        originalTransactionAmount: amount,
        currency: parent.currency,
      },
    }),
  });
  announce(context, made, 'payments.voids.accept');
  return made.answer;
}

function reversalOf(context: CybersourceContext, payment: Transaction, body: Json): Json {
  const authorized = BigInt(payment.amountMinor);
  const path = 'reversalInformation.amountDetails';
  const minor =
    textAt(body, `${path}.totalAmount`) === undefined
      ? authorized
      : followOnAmount(body, payment, path).minor;
  if (payment.isVoided === true || BigInt(payment.reversedMinor ?? 0) > 0n) {
    throw invalidRequest('AUTH_ALREADY_REVERSED', 'The authorization has already been reversed');
  }
  if (isDeclined(payment)) throw invalidRequest('MISSING_AUTH', 'There is no authorization');
  if (BigInt(payment.capturedMinor ?? 0) > 0n) {
    throw invalidRequest('TRANSACTION_ALREADY_SETTLED', 'The payment has been captured');
  }
  if (minor > authorized) {
    throw invalidRequest('INVALID_AMOUNT', 'The reversal is more than was authorized');
  }
  saveTransaction(context, { ...payment, reversedMinor: minor.toString() });
  const made = recordFollowOn(context, {
    kind: 'reversal',
    parent: payment,
    body,
    status: 'REVERSED',
    minor,
    answer: (id) => ({
      _links: { self: { method: 'GET', href: `/pts/v2/reversals/${id}` } },
      reversalAmountDetails: {
        reversedAmount: decimalOf(minor, payment.currency),
        originalTransactionAmount: decimalOf(authorized, payment.currency),
        currency: payment.currency,
      },
    }),
  });
  announce(context, made, 'payments.reversals.accept');
  return made.answer;
}

function giveBack(context: CybersourceContext, refunded: Transaction): void {
  const parent = parentOf(context, refunded.parentId ?? refunded.rootId, ['payment', 'capture']);
  parent.refundedMinor = (
    BigInt(parent.refundedMinor ?? 0) - BigInt(refunded.amountMinor)
  ).toString();
  saveTransaction(context, parent);
}

function lostTransaction(context: CybersourceContext, body: Json): Transaction {
  const field = 'clientReferenceInformation.transactionId';
  const value = textAt(body, field);
  if (value === undefined) throw missingField(field);
  const id = holderOfMerchantTransactionId(context, value);
  return parentOf(context, id ?? '', ['payment', 'capture', 'refund']);
}

function isDeclined(transaction: Transaction): boolean {
  return /^(DECLINED|AUTHORIZED_RISK_DECLINED|INVALID_REQUEST)$/.test(transaction.status);
}

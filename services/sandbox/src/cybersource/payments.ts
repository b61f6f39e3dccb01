import { exponentOf } from '../currencies.ts';
import { defined, objectAt, textAt, valueAt, type Json } from '../json.ts';
import { amountIn, decimalOf, type RequestedAmount } from './amounts.ts';
import {
  newTransactionId,
  saveTransaction,
  submitTime,
  type CybersourceContext,
} from './context.ts';
import { claimMerchantTransactionId } from './merchant-transaction-id.ts';
import { sourceOf, type PaymentSource } from './payment-source.ts';
import type { Transaction } from './records.ts';
import { missingField } from './refusals.ts';
import { decide, type Decision } from './triggers.ts';

/** Performs `POST /pts/v2/payments`; a decline is an answer, not an error. */
export function createPayment(context: CybersourceContext, merchantId: string, body: Json): Json {
  const code = textAt(body, 'clientReferenceInformation.code');
  if (code === undefined) throw missingField('clientReferenceInformation.code');
  const amount = amountIn(body);
  const source = sourceOf(context, body);
  const decision = decide(factsOf(body, amount, source));
  return context.ledger.transaction(() => {
    const id = newTransactionId(context);
    claimMerchantTransactionId(context, body, id);
    const isSale = valueAt(body, 'processingInformation.capture') === true;
    const isTaken = isSale && isAuthorized(decision);
    const authorized = authorizedMinor(decision, amount);
    const answer = answerTo({ context, id, body, amount, source, decision, isSale });
    const payment: Transaction = {
      id,
      rootId: id,
      kind: 'payment',
      merchantId,
      submitTimeUtc: submitTime(context),
      status: decision.status,
      reconciliationId: reconciliationIdOf(id),
      code,
      amountMinor: authorized.toString(),
      currency: amount.currency,
      answer,
      isSale,
      capturedMinor: isTaken ? authorized.toString() : '0',
      refundedMinor: '0',
      reversedMinor: '0',
      ...(decision.refusal === undefined ? {} : { reason: decision.refusal }),
      ...optionalReferences(body),
    };
    saveTransaction(context, payment);
    notifyOfPayment(context, payment, isTaken);
    return answer;
  });
}

/** The merchant transaction id and comments of a request, where it has them. */
export function optionalReferences(body: Json): {
  merchantTransactionId?: string;
  comments?: string;
} {
  const merchantTransactionId = textAt(body, 'clientReferenceInformation.transactionId');
  const comments = textAt(body, 'clientReferenceInformation.comments');
  return {
    ...(merchantTransactionId === undefined ? {} : { merchantTransactionId }),
    ...(comments === undefined ? {} : { comments }),
  };
}

/** What an answer repeats of the client's references. */
export function clientReference(body: Json): Json {
  return defined({
    code: textAt(body, 'clientReferenceInformation.code'),
    transactionId: textAt(body, 'clientReferenceInformation.transactionId'),
  });
}

export function reconciliationIdOf(id: string): string {
  return BigInt(id).toString(36).toUpperCase().slice(-16);
}

export function isAuthorized(decision: { status: string }): boolean {
  return decision.status === 'AUTHORIZED' || decision.status === 'PARTIAL_AUTHORIZED';
}

function factsOf(body: Json, amount: RequestedAmount, source: PaymentSource) {
  const actions = valueAt(body, 'processingInformation.actionList');
  return {
    cardTrigger: source.card.trigger,
    amountText: amount.text,
    hasTwoDecimals: exponentOf(amount.currency) === 2,
    email: textAt(body, 'orderInformation.billTo.email') ?? textAt(source.billTo, 'email'),
    billingCountry: textAt(body, 'orderInformation.billTo.country'),
    shippingCountry: textAt(body, 'orderInformation.shipTo.country'),
    profile: textAt(body, 'riskInformation.profile.name'),
    skipsDecision: Array.isArray(actions) && actions.includes('DECISION_SKIP'),
  };
}

function authorizedMinor(decision: Decision, amount: RequestedAmount): bigint {
  if (decision.status === 'PARTIAL_AUTHORIZED') return amount.minor / 2n;
  return amount.minor;
}

function answerTo(made: {
  context: CybersourceContext;
  id: string;
  body: Json;
  amount: RequestedAmount;
  source: PaymentSource;
  decision: Decision;
  isSale: boolean;
}): Json {
  const { context, id, body, amount, source, decision, isSale } = made;
  const isDeclined = decision.status === 'DECLINED';
  const authorized = decimalOf(authorizedMinor(decision, amount), amount.currency);
  return defined({
    _links: linksOf(id, decision, isSale),
    id,
    submitTimeUtc: submitTime(context),
    status: decision.status,
    reconciliationId: reconciliationIdOf(id),
    clientReferenceInformation: clientReference(body),
    errorInformation: decision.refusal,
    orderInformation: {
      amountDetails: defined({
        totalAmount: amount.text,
        authorizedAmount: isDeclined
          ? undefined
          : decision.status === 'PARTIAL_AUTHORIZED'
            ? authorized
            : amount.text,
        currency: amount.currency,
      }),
      ...billToOf(body, source),
    },
    processorInformation: processorFacts(id, isDeclined),
    paymentInformation: defined({
      card: { type: source.card.cardType },
      tokenizedCard: { type: source.card.cardType },
      customer: idOf(source.customerId),
      paymentInstrument: idOf(source.paymentInstrumentId),
      instrumentIdentifier:
        source.instrumentIdentifierId === undefined
          ? undefined
          : { id: source.instrumentIdentifierId, state: 'ACTIVE' },
    }),
    paymentAccountInformation: {
      card: {
        type: source.card.cardType,
        prefix: source.card.maskedNumber.slice(0, 6),
        suffix: source.card.maskedNumber.slice(-4),
      },
    },
    riskInformation: decision.risk,
  });
}

function linksOf(id: string, decision: Decision, isSale: boolean): Json {
  const self = `/pts/v2/payments/${id}`;
  const link = (href: string): Json => ({ method: 'POST', href });
  const links: Json = { self: { method: 'GET', href: self } };
  if (!isAuthorized(decision) && decision.status !== 'AUTHORIZED_PENDING_REVIEW') return links;
  if (isSale) return { ...links, void: link(`${self}/voids`), refund: link(`${self}/refunds`) };
  return { ...links, authReversal: link(`${self}/reversals`), capture: link(`${self}/captures`) };
}

function billToOf(body: Json, source: PaymentSource): Json {
  const billTo = { ...source.billTo, ...objectAt(body, 'orderInformation.billTo') };
  return Object.keys(billTo).length === 0 ? {} : { billTo };
}

function processorFacts(id: string, isDeclined: boolean): Json {
  return {
    ...(isDeclined ? {} : { approvalCode: id.slice(-6) }),
    networkTransactionId: `0${id.slice(-15, -1)}`,
    transactionId: `0${id.slice(-15, -1)}`,
    responseCode: isDeclined ? '51' : '00',
    avs: { code: 'Y', codeRaw: 'Y' },
    cardVerification: { resultCode: 'M', resultCodeRaw: 'M' },
    retrievalReferenceNumber: id.slice(-12),
  };
}

function notifyOfPayment(
  context: CybersourceContext,
  payment: Transaction,
  isTaken: boolean,
): void {
  const productId = 'cardProcessing';
  const data = { ...payment.answer, rootId: payment.rootId };
  if (payment.status === 'AUTHORIZED_PENDING_REVIEW') {
    context.notify({ eventType: 'payments.payments.review', productId, data });
    context.notify({
      eventType: 'risk.profile.decision.review',
      productId: 'decisionManager',
      data,
    });
    return;
  }
  const isAccepted = isAuthorized(payment);
  const suffix = payment.status === 'PARTIAL_AUTHORIZED' ? 'partial.approval' : 'accept';
  context.notify({
    eventType: `payments.payments.${isAccepted ? suffix : 'reject'}`,
    productId,
    data,
  });
  if (!isTaken) return;
  context.notify({
    eventType: 'payments.captures.accept',
    productId,
    data: { ...data, status: 'PENDING' },
  });
}

function idOf(id: string | undefined): Json | undefined {
  return id === undefined ? undefined : { id };
}

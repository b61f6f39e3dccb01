import { randomUUID } from 'node:crypto';
import { VendorRefusal } from '../control/twin-server.ts';
import { defined, objectAt, textAt, type Json } from '../json.ts';
import { decimalOf } from './amounts.ts';
import { allTransactions, findTransaction, type CybersourceContext } from './context.ts';
import { refundBalance } from './follow-ons.ts';
import type { Transaction } from './records.ts';

const limitMax = 2500;

/** Answers `GET /tss/v2/transactions/{id}`; a young transaction is not visible yet. */
export function transactionDetail(context: CybersourceContext, id: string): Json {
  const found = findTransaction(context, id);
  if (found === undefined || !isVisible(context, found)) {
    throw new VendorRefusal(404, {
      submitTimeUtc: context.now().toISOString(),
      status: 'NOT_FOUND',
      reason: 'NOT_FOUND',
      message: 'The requested resource does not exist',
    });
  }
  return detailOf(context, found);
}

/** Answers `POST /tss/v2/searches`. */
export function searchTransactions(context: CybersourceContext, body: Json): Json {
  const query = textAt(body, 'query') ?? '';
  const offset = numberOr(body['offset'], 0);
  const limit = Math.min(numberOr(body['limit'], 20), limitMax);
  const wanted = termsOf(query);
  const isNewestFirst = (textAt(body, 'sort') ?? '').includes('submitTimeUtc:desc');
  const all = allTransactions(context).filter(
    (transaction) =>
      isVisible(context, transaction) && wanted.every((term) => fits(transaction, term)),
  );
  const found = isNewestFirst ? all.toReversed() : all;
  const page = found.slice(offset, offset + limit);
  const searchId = randomUUID();
  const saved = defined({
    searchId,
    save: body['save'] === true,
    name: textAt(body, 'name'),
    timezone: textAt(body, 'timezone') ?? 'GMT',
    query,
    offset,
    limit,
    sort: textAt(body, 'sort'),
    count: page.length,
    totalCount: found.length,
    submitTimeUtc: context.now().toISOString(),
    _embedded:
      page.length === 0
        ? undefined
        : { transactionSummaries: page.map((transaction) => summaryOf(transaction)) },
    _links: { self: { method: 'GET', href: `/tss/v2/searches/${searchId}` } },
  });
  context.ledger.put('searches', searchId, saved);
  return saved;
}

function isVisible({ now, switches }: CybersourceContext, transaction: Transaction): boolean {
  if (switches.visibilityDelayMs === 0) return true;
  const age = now().getTime() - Date.parse(transaction.submitTimeUtc);
  return age >= switches.visibilityDelayMs;
}

function detailOf(context: CybersourceContext, transaction: Transaction): Json {
  const related = allTransactions(context).filter(
    ({ rootId, id }) => rootId === transaction.rootId && id !== transaction.id,
  );
  return defined({
    id: transaction.id,
    rootId: transaction.rootId,
    reconciliationId: transaction.reconciliationId,
    merchantId: transaction.merchantId,
    submitTimeUTC: transaction.submitTimeUtc,
    clientReferenceInformation: referencesOf(transaction),
    applicationInformation: {
      ...(transaction.isVoided === true ? { status: 'VOIDED' } : { status: transaction.status }),
      reasonCode: reasonCodeOf(transaction),
      rCode: reasonCodeOf(transaction) === 100 ? '1' : '0',
      rFlag: reasonCodeOf(transaction) === 100 ? 'SOK' : flagOf(transaction),
      applications: applicationsOf(transaction),
    },
    errorInformation: transaction.reason,
    orderInformation: {
      ...objectAt(transaction.answer, 'orderInformation'),
      amountDetails: {
        totalAmount: decimalOf(transaction.amountMinor, transaction.currency),
        currency: transaction.currency,
        authorizedAmount: decimalOf(transaction.amountMinor, transaction.currency),
        refundBalance: refundBalance(transaction),
      },
    },
    paymentInformation: transaction.answer['paymentInformation'],
    processorInformation: transaction.answer['processorInformation'],
    riskInformation: transaction.answer['riskInformation'],
    _links: {
      self: { method: 'GET', href: `/tss/v2/transactions/${transaction.id}` },
      relatedTransactions: related.map(({ id }) => ({
        method: 'GET',
        href: `/tss/v2/transactions/${id}`,
      })),
    },
  });
}

function summaryOf(transaction: Transaction): Json {
  return defined({
    id: transaction.id,
    rootId: transaction.rootId,
    submitTimeUtc: transaction.submitTimeUtc,
    merchantId: transaction.merchantId,
    clientReferenceInformation: referencesOf(transaction),
    applicationInformation: {
      status: transaction.status,
      reasonCode: String(reasonCodeOf(transaction)),
      rFlag: flagOf(transaction),
      applications: applicationsOf(transaction),
    },
    orderInformation: {
      amountDetails: {
        totalAmount: decimalOf(transaction.amountMinor, transaction.currency),
        currency: transaction.currency,
      },
    },
    processorInformation: transaction.answer['processorInformation'],
    _links: {
      transactionDetail: { method: 'GET', href: `/tss/v2/transactions/${transaction.id}` },
    },
  });
}

function referencesOf(transaction: Transaction): Json {
  return defined({
    code: transaction.code,
    transactionId: transaction.merchantTransactionId,
    comments: transaction.comments,
  });
}

function applicationsOf(transaction: Transaction): Json[] {
  const names = {
    payment: transaction.isSale === true ? ['ics_auth', 'ics_bill'] : ['ics_auth'],
    capture: ['ics_bill'],
    refund: ['ics_credit'],
    void: ['ics_void'],
    reversal: ['ics_auth_reversal'],
  }[transaction.kind];
  return names.map((name) => ({
    name,
    status: transaction.status,
    reasonCode: String(reasonCodeOf(transaction)),
    rCode: reasonCodeOf(transaction) === 100 ? '1' : '0',
    rFlag: flagOf(transaction),
    reconciliationId: transaction.reconciliationId,
    returnCode: name === 'ics_bill' ? 1_260_000 : 1_010_000,
  }));
}

const reasonCodes: Readonly<Record<string, number>> = {
  EXPIRED_CARD: 202,
  PROCESSOR_DECLINED: 203,
  INSUFFICIENT_FUND: 204,
  STOLEN_LOST_CARD: 205,
  UNAUTHORIZED_CARD: 208,
  EXCEEDS_CREDIT_LIMIT: 210,
  INVALID_ACCOUNT: 231,
  GENERAL_DECLINE: 233,
  INVALID_MERCHANT_CONFIGURATION: 234,
  SCORE_EXCEEDS_THRESHOLD: 400,
  DECISION_PROFILE_REVIEW: 480,
  DECISION_PROFILE_REJECT: 481,
};

function reasonCodeOf({ reason }: Transaction): number {
  return reason === undefined ? 100 : (reasonCodes[reason.reason] ?? 150);
}

function flagOf(transaction: Transaction): string {
  const code = reasonCodeOf(transaction);
  if (code === 100) return 'SOK';
  return code === 480 ? 'DREVIEW' : code >= 400 ? 'DREJECT' : 'DCARDREFUSED';
}

function termsOf(query: string): { field: string; value: string }[] {
  return query
    .split(/\s+AND\s+/)
    .map((part) => /^([\w.]+):"?([^"]*?)"?$/.exec(part.trim()))
    .filter((match) => match !== null)
    .map((match) => ({ field: match[1] ?? '', value: match[2] ?? '' }));
}

function fits(transaction: Transaction, term: { field: string; value: string }): boolean {
  switch (term.field) {
    case 'clientReferenceInformation.code':
      return transaction.code === term.value;
    case 'clientReferenceInformation.transactionId':
      return transaction.merchantTransactionId === term.value;
    case 'id':
      return transaction.id === term.value;
    default:
      return true;
  }
}

function numberOr(value: unknown, otherwise: number): number {
  return typeof value === 'number' && value >= 0 ? Math.floor(value) : otherwise;
}

import {
  moneyFromJson,
  moneyToJson,
  parseDecimal,
  type Money,
  type MoneyJson,
} from '@sluice/money';
import { cardTypeCode } from './card-type.ts';
import { asList, asObject, objectAt, textOf, type JsonObject } from './json-fields.ts';

/** What a reply or a notification of Cybersource says about one transaction. */
export interface Transaction {
  /** Cybersource id of the transaction; empty when Cybersource gave none. */
  readonly id: string;
  /** First transaction of the chain, where the text names it. */
  readonly rootId: string;
  /** Our reference: the payment id, or the refund id. */
  readonly reference: string;
  /** Status as Cybersource spells it; may be empty. */
  readonly status: string;
  /** Amount of this step; null when the text names none that can be read exactly. */
  readonly amount: Money | null;
  readonly reasonCodes: readonly string[];
  readonly cardType: string;
  readonly cardLast4: string;
  readonly reconciliationId: string;
  readonly riskScore: number | null;
  readonly riskFactorCodes: readonly string[];
  readonly riskProfile: string;
  readonly occurredAt: Date;
}

/** A transaction that says nothing beyond its time; tests and refusals start from it. */
export const blankTransaction: Omit<Transaction, 'occurredAt'> = {
  id: '',
  rootId: '',
  reference: '',
  status: '',
  amount: null,
  reasonCodes: [],
  cardType: '',
  cardLast4: '',
  reconciliationId: '',
  riskScore: null,
  riskFactorCodes: [],
  riskProfile: '',
};

/** A transaction as JSON keeps it. */
export type TransactionJson = Omit<Transaction, 'amount' | 'occurredAt'> & {
  readonly amount: MoneyJson | null;
  readonly occurredAt: string;
};

/** The JSON form, without loss. */
export function transactionToJson(transaction: Transaction): TransactionJson {
  const { amount, occurredAt } = transaction;
  return {
    ...transaction,
    amount: amount === null ? null : moneyToJson(amount),
    occurredAt: occurredAt.toISOString(),
  };
}

/** Reads the JSON form. */
export function transactionFromJson(json: TransactionJson): Transaction {
  const amount = json.amount === null ? null : moneyFromJson(json.amount);
  return { ...json, amount, occurredAt: new Date(json.occurredAt) };
}

/**
 * Reads a transaction from a 201 body or from the payload of a notification, which look alike.
 *
 * Unknown fields and values are passed over; nothing throws, absent fields are empty.
 */
export function readTransaction(value: unknown, receivedAt: Date): Transaction {
  const data = asObject(value);
  const reference = objectAt(data, 'clientReferenceInformation');
  const risk = objectAt(data, 'riskInformation');
  const score = Number(textOf(objectAt(risk, 'score')['result']) || Number.NaN);
  return {
    id: textOf(data['id']),
    rootId: textOf(data['rootId']) || chainRoot(data),
    reference: textOf(reference['code']),
    status: textOf(data['status']),
    amount: amountOf(data),
    reasonCodes: reasonCodesOf(data),
    ...cardOf(data),
    reconciliationId: textOf(data['reconciliationId']),
    riskScore: Number.isFinite(score) ? Math.round(score) : null,
    riskFactorCodes: asList(objectAt(risk, 'score')['factorCodes']).map(textOf).filter(Boolean),
    riskProfile: textOf(objectAt(risk, 'profile')['name']),
    occurredAt: instantOf(data, receivedAt),
  };
}

/** A follow-on names its parent in a link such as `/pts/v2/payments/<id>/…`. */
function chainRoot(data: JsonObject): string {
  for (const link of Object.values(asObject(data['_links']))) {
    const match = /\/pts\/v2\/payments\/(\d{16,26})(?:\/|$)/.exec(textOf(asObject(link)['href']));
    if (match?.[1] !== undefined) return match[1];
  }
  return '';
}

const amountFields: readonly (readonly [section: string, field: string])[] = [
  ['refundAmountDetails', 'refundAmount'],
  ['creditAmountDetails', 'creditAmount'],
  ['voidAmountDetails', 'voidAmount'],
  ['reversalAmountDetails', 'reversedAmount'],
];

function amountOf(data: JsonObject): Money | null {
  for (const [section, field] of amountFields) {
    const details = objectAt(data, section);
    const amount = moneyOf(textOf(details[field]), textOf(details['currency']));
    if (amount !== null) return amount;
  }
  const details = objectAt(data, 'orderInformation', 'amountDetails');
  const text = textOf(details['authorizedAmount']) || textOf(details['totalAmount']);
  return moneyOf(text, textOf(details['currency']));
}

function moneyOf(text: string, currency: string): Money | null {
  if (text === '') return null;
  try {
    return parseDecimal(text, currency);
  } catch {
    return null;
  }
}

function reasonCodesOf(data: JsonObject): readonly string[] {
  const error = objectAt(data, 'errorInformation');
  const details = [...asList(error['details']), ...asList(data['details'])];
  const codes = [
    textOf(error['reason']) || textOf(data['reason']),
    ...details.slice(0, 10).map((detail) => textOf(asObject(detail)['reason'])),
  ];
  return [...new Set(codes.filter((code) => code !== ''))];
}

function cardOf(data: JsonObject): Pick<Transaction, 'cardType' | 'cardLast4'> {
  const card = objectAt(data, 'paymentInformation', 'card');
  const tokenized = objectAt(data, 'paymentInformation', 'tokenizedCard');
  const account = objectAt(data, 'paymentAccountInformation', 'card');
  const type = textOf(card['type']) || textOf(account['type']) || textOf(tokenized['type']);
  const suffix =
    textOf(card['suffix']) || textOf(account['suffix']) || textOf(card['number']).slice(-4);
  return {
    cardType: cardTypeCode(type),
    cardLast4: /^\d{4}$/.test(suffix) ? suffix : '',
  };
}

function instantOf(data: JsonObject, receivedAt: Date): Date {
  const text = textOf(data['submitTimeUtc']) || textOf(data['submitTimeUTC']);
  const instant = new Date(text);
  return Number.isNaN(instant.getTime()) ? receivedAt : instant;
}

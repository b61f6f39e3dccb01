import { type RecordShape, type Shape, textShape } from '@sluice/mapping';
import type { Money } from '@sluice/money';

/** What the rules know of the held payment. */
export interface PaymentFacts {
  readonly amount: Money;
  /** Score of Cybersource, 0 to 100; null when it gave none. */
  readonly providerScore: bigint | null;
  readonly factorCodes: readonly string[];
  /** The reasons of Cybersource as one sentence; may be empty. */
  readonly reasonText: string;
  /** May be empty, as the countries and the brand. */
  readonly ipAddress: string;
  readonly billingCountry: string;
  readonly shippingCountry: string;
  readonly cardBrand: string;
}

/** What the rules know of the payer's earlier payments. */
export interface HistoryFacts {
  /** E-mail address of the payer, lower case; may be empty, and then nothing is known. */
  readonly email: string;
  readonly captured: bigint;
  readonly declined: bigint;
  readonly reviewed: bigint;
  readonly declinedLastDay: bigint;
  /** Different payers on this payment's internet address within a day, this one included. */
  readonly customersOnAddressLastDay: bigint;
  /** Whole days since the first payment that was seen; 0 for a new payer. */
  readonly daysKnown: bigint;
}

/** What the rules know of the order; everything is empty where it has not been seen. */
export interface OrderFacts {
  readonly isKnown: boolean;
  readonly email: string;
  readonly pieces: bigint;
  readonly billingCountry: string;
  readonly shippingCountry: string;
  readonly isCompany: boolean;
}

/** Everything a rule may ask. */
export interface Facts {
  readonly payment: PaymentFacts;
  readonly history: HistoryFacts;
  readonly order: OrderFacts;
}

/** An order that was not seen. */
export const unknownOrder: OrderFacts = {
  isKnown: false,
  email: '',
  pieces: 0n,
  billingCountry: '',
  shippingCountry: '',
  isCompany: false,
};

const whole: Shape = { kind: 'whole' };
const flag: Shape = { kind: 'flag' };

/** The shape of {@link Facts}, against which a rule file is checked before it is used. */
export const factsShape: RecordShape = record('facts', {
  payment: record('payment', {
    amount: { kind: 'money' },
    providerScore: { kind: 'maybe', of: whole },
    factorCodes: { kind: 'list', items: textShape },
    reasonText: textShape,
    ipAddress: textShape,
    billingCountry: textShape,
    shippingCountry: textShape,
    cardBrand: textShape,
  } satisfies Record<keyof PaymentFacts, Shape>),
  history: record('history', {
    email: textShape,
    captured: whole,
    declined: whole,
    reviewed: whole,
    declinedLastDay: whole,
    customersOnAddressLastDay: whole,
    daysKnown: whole,
  } satisfies Record<keyof HistoryFacts, Shape>),
  order: record('order', {
    isKnown: flag,
    email: textShape,
    pieces: whole,
    billingCountry: textShape,
    shippingCountry: textShape,
    isCompany: flag,
  } satisfies Record<keyof OrderFacts, Shape>),
});

function record(name: string, fields: Readonly<Record<string, Shape>>): RecordShape {
  const entries = Object.entries(fields).map(([key, shape]) => [key, { shape }] as const);
  return { kind: 'record', name, fields: new Map(entries) };
}

import { objectAt, textAt } from '../json.ts';
import { describeCard } from './cards.ts';
import type { CybersourceContext } from './context.ts';
import type { Customer, InstrumentIdentifier, PaymentInstrument } from './records.ts';
import { invalidField, invalidRequest, missingField } from './refusals.ts';
import type { TransientToken } from './transient-tokens.ts';

/** The card a payment draws on, without its number, and the tokens that led to it. */
export interface PaymentSource {
  readonly card: Omit<InstrumentIdentifier, 'id'>;
  readonly instrumentIdentifierId?: string;
  readonly customerId?: string;
  readonly paymentInstrumentId?: string;
  readonly billTo: Record<string, unknown>;
}

/** Finds the card of a payment request: a token of some kind, or card data. */
export function sourceOf(context: CybersourceContext, body: unknown): PaymentSource {
  const info = objectAt(body, 'paymentInformation');
  const instrumentId = textAt(info, 'paymentInstrument.id');
  if (instrumentId !== undefined) {
    return byInstrument(context, instrumentId, 'paymentInformation.paymentInstrument.id');
  }
  const customerId = textAt(info, 'customer.id');
  if (customerId !== undefined) return byCustomer(context, customerId);
  const identifierId = textAt(info, 'instrumentIdentifier.id');
  if (identifierId !== undefined) {
    return byIdentifier(context, identifierId, 'paymentInformation.instrumentIdentifier.id');
  }
  const transient =
    textAt(body, 'tokenInformation.jti') ??
    jtiOf(textAt(body, 'tokenInformation.transientTokenJwt')) ??
    jtiOf(textAt(body, 'tokenInformation.transientToken'));
  if (transient !== undefined) return byTransientToken(context, transient);
  const number = textAt(info, 'card.number');
  if (number === undefined) throw missingField('paymentInformation.card.number');
  const card = describeCard(number);
  if (card === undefined) throw invalidField('paymentInformation.card.number');
  checkExpiry(info);
  return { card, billTo: {} };
}

function byCustomer(context: CybersourceContext, id: string): PaymentSource {
  const customer = context.ledger.get<Customer>('customers', id);
  const field = 'paymentInformation.customer.id';
  if (customer?.defaultPaymentInstrumentId === undefined) throw invalidField(field);
  return byInstrument(context, customer.defaultPaymentInstrumentId, field);
}

function byInstrument(context: CybersourceContext, id: string, field: string): PaymentSource {
  const instrument = context.ledger.get<PaymentInstrument>('payment-instruments', id);
  if (instrument === undefined) throw invalidField(field);
  return {
    ...byIdentifier(context, instrument.instrumentIdentifierId, field),
    paymentInstrumentId: id,
    billTo: objectAt(instrument.record, 'billTo'),
    ...(instrument.customerId === undefined ? {} : { customerId: instrument.customerId }),
  };
}

function byIdentifier(context: CybersourceContext, id: string, field: string): PaymentSource {
  const identifier = context.ledger.get<InstrumentIdentifier>('instrument-identifiers', id);
  if (identifier === undefined) throw invalidField(field);
  return { card: identifier, instrumentIdentifierId: id, billTo: {} };
}

function byTransientToken(context: CybersourceContext, jti: string): PaymentSource {
  const token = context.ledger.get<TransientToken>('transient-tokens', jti);
  if (token === undefined || Date.parse(token.expiresAt) < context.now().getTime()) {
    throw invalidField('tokenInformation.transientTokenJwt');
  }
  return byIdentifier(context, token.instrumentIdentifierId, 'tokenInformation.transientTokenJwt');
}

function checkExpiry(info: unknown): void {
  const month = textAt(info, 'card.expirationMonth');
  const year = textAt(info, 'card.expirationYear');
  if (month === undefined) throw missingField('paymentInformation.card.expirationMonth');
  if (year === undefined) throw missingField('paymentInformation.card.expirationYear');
  if (!/^(0?[1-9]|1[0-2])$/.test(month) || !/^(\d{2}|\d{4})$/.test(year)) {
    throw invalidRequest('INVALID_CARD', 'The expiry of the card is not valid', [
      'paymentInformation.card.expirationMonth',
    ]);
  }
}

function jtiOf(jwt: string | undefined): string | undefined {
  if (jwt === undefined) return undefined;
  try {
    return textAt(JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString()), 'jti');
  } catch {
    return undefined;
  }
}

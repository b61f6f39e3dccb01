import { createHmac, randomUUID } from 'node:crypto';
import { defined, objectAt, textAt, type Json } from '../json.ts';
import { describeCard, passesLuhn } from './cards.ts';
import type { CybersourceContext } from './context.ts';
import type { Customer, InstrumentIdentifier, PaymentInstrument } from './records.ts';
import { tokenRefusal } from './refusals.ts';

/** Names a card without keeping its number; the same number always has the same identifier. */
export function identifyCard(
  context: CybersourceContext,
  number: string,
): { identifier: InstrumentIdentifier; isNew: boolean } {
  const facts = describeCard(number.replaceAll(' ', ''));
  if (facts === undefined) {
    throw tokenRefusal(400, 'invalidFields', 'Field validation errors: card.number');
  }
  const mark = createHmac('sha256', context.key.secret).update(number).digest('hex');
  const known = context.ledger.holderOf('card', mark);
  const existing =
    known === undefined
      ? undefined
      : context.ledger.get<InstrumentIdentifier>('instrument-identifiers', known);
  if (existing !== undefined) return { identifier: existing, isNew: false };
  const identifier = { id: newIdentifierId(context, number.slice(-4)), ...facts };
  context.ledger.put('instrument-identifiers', identifier.id, identifier);
  context.ledger.claim('card', mark, identifier.id);
  return { identifier, isNew: true };
}

export function createInstrumentIdentifier(
  context: CybersourceContext,
  body: Json,
): { status: number; body: Json } {
  const number = textAt(body, 'card.number');
  if (number === undefined) {
    throw tokenRefusal(400, 'missingFields', 'Required fields are missing: card.number');
  }
  const { identifier, isNew } = context.ledger.transaction(() => identifyCard(context, number));
  return { status: isNew ? 201 : 200, body: identifierView(identifier) };
}

export function identifierView(identifier: InstrumentIdentifier): Json {
  const self = `/tms/v1/instrumentidentifiers/${identifier.id}`;
  return {
    _links: { self: { href: self }, paymentInstruments: { href: `${self}/paymentinstruments` } },
    id: identifier.id,
    object: 'instrumentIdentifier',
    state: 'ACTIVE',
    card: { number: identifier.maskedNumber },
    metadata: { creator: 'sandbox' },
  };
}

export function createCustomer(context: CybersourceContext, body: Json): Json {
  const id = hexId();
  const record = defined({
    objectInformation: body['objectInformation'],
    buyerInformation: body['buyerInformation'],
    clientReferenceInformation: body['clientReferenceInformation'],
    merchantDefinedInformation: body['merchantDefinedInformation'],
  });
  context.ledger.put('customers', id, { id, record } satisfies Customer);
  return customerView({ id, record });
}

export function customerView(customer: Customer): Json {
  const self = `/tms/v2/customers/${customer.id}`;
  return {
    _links: {
      self: { href: self },
      paymentInstruments: { href: `${self}/payment-instruments` },
      shippingAddress: { href: `${self}/shipping-addresses` },
    },
    id: customer.id,
    ...customer.record,
    ...(customer.defaultPaymentInstrumentId === undefined
      ? {}
      : { defaultPaymentInstrument: { id: customer.defaultPaymentInstrumentId } }),
    metadata: { creator: 'sandbox' },
  };
}

/** Adds a payment instrument to a customer, or alone; the first becomes the customer's default. */
export function createPaymentInstrument(
  context: CybersourceContext,
  body: Json,
  customerId?: string,
): Json {
  const { ledger } = context;
  const customer =
    customerId === undefined ? undefined : ledger.get<Customer>('customers', customerId);
  if (customerId !== undefined && customer === undefined) throw notFound();
  const identifierId = textAt(body, 'instrumentIdentifier.id');
  if (identifierId === undefined) {
    throw tokenRefusal(400, 'missingFields', 'Required fields are missing: instrumentIdentifier');
  }
  const identifier = ledger.get<InstrumentIdentifier>('instrument-identifiers', identifierId);
  if (identifier === undefined) throw notFound();
  const card = objectAt(body, 'card');
  const instrument: PaymentInstrument = {
    id: hexId(),
    instrumentIdentifierId: identifierId,
    ...(customerId === undefined ? {} : { customerId }),
    record: defined({
      card: defined({
        expirationMonth: card['expirationMonth'],
        expirationYear: card['expirationYear'],
        type: identifier.brand,
      }),
      billTo: body['billTo'],
    }),
  };
  ledger.transaction(() => {
    ledger.put('payment-instruments', instrument.id, instrument);
    if (customer === undefined) return;
    if (customer.defaultPaymentInstrumentId === undefined || body['default'] === true) {
      customer.defaultPaymentInstrumentId = instrument.id;
      ledger.put('customers', customer.id, customer);
    }
  });
  return instrumentView(context, instrument);
}

export function instrumentView(context: CybersourceContext, instrument: PaymentInstrument): Json {
  const { ledger } = context;
  const { customerId, instrumentIdentifierId } = instrument;
  const identifier = ledger.get<InstrumentIdentifier>(
    'instrument-identifiers',
    instrumentIdentifierId,
  );
  const customer =
    customerId === undefined ? undefined : ledger.get<Customer>('customers', customerId);
  const self =
    customerId === undefined
      ? `/tms/v1/paymentinstruments/${instrument.id}`
      : `/tms/v2/customers/${customerId}/payment-instruments/${instrument.id}`;
  return {
    _links: { self: { href: self } },
    id: instrument.id,
    object: 'paymentInstrument',
    default: customer?.defaultPaymentInstrumentId === instrument.id,
    state: 'ACTIVE',
    ...instrument.record,
    instrumentIdentifier: { id: instrumentIdentifierId },
    metadata: { creator: 'sandbox' },
    ...(identifier === undefined
      ? {}
      : { _embedded: { instrumentIdentifier: identifierView(identifier) } }),
  };
}

export function notFound(): Error {
  return tokenRefusal(404, 'notFound', 'Token not found');
}

/** 19 digits that end as the card does, and are never mistaken for a card number themselves. */
function newIdentifierId({ ledger }: CybersourceContext, lastFour: string): string {
  const middle = ledger.next('instrument-identifier').toString().padStart(11, '0');
  return [0, 1, 2]
    .map((filler) => `701${filler}${middle}${lastFour}`)
    .find((id) => !passesLuhn(id)) as string;
}

function hexId(): string {
  return randomUUID().replaceAll('-', '').toUpperCase();
}

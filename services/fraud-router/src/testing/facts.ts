import { type Facts, unknownOrder } from '../domain/facts.ts';

/** Facts of a plain held payment of 25 EUR by a customer who has paid before, for tests. */
export function facts(overrides: {
  readonly payment?: Partial<Facts['payment']>;
  readonly history?: Partial<Facts['history']>;
  readonly order?: Partial<Facts['order']>;
}): Facts {
  return {
    payment: {
      amount: { minor: 2_500n, currency: 'EUR' },
      providerScore: null,
      factorCodes: [],
      reasonText: 'The fraud rules hold the payment for review.',
      ipAddress: '203.0.113.7',
      billingCountry: 'GB',
      shippingCountry: 'GB',
      cardBrand: 'visa',
      ...overrides.payment,
    },
    history: {
      email: 'ada@example.com',
      captured: 1n,
      declined: 0n,
      reviewed: 0n,
      declinedLastDay: 0n,
      customersOnAddressLastDay: 1n,
      daysKnown: 30n,
      ...overrides.history,
    },
    order: { ...unknownOrder, ...overrides.order },
  };
}

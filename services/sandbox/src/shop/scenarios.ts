import type { Json } from '../json.ts';

/** An article of the shop; prices by currency, as decimal texts. */
export interface Article {
  readonly sku: string;
  readonly name: string;
  readonly prices: Readonly<Record<string, string>>;
}

export const articles: readonly Article[] = [
  {
    sku: 'TEA-001',
    name: 'Green tea, 250 g',
    prices: { EUR: '12.50', USD: '13.90', JPY: '1980', KWD: '4.125' },
  },
  {
    sku: 'POT-002',
    name: 'Cast iron teapot',
    prices: { EUR: '39.95', USD: '44.00', JPY: '6400', KWD: '13.250' },
  },
  {
    sku: 'CUP-003',
    name: 'Porcelain cup',
    prices: { EUR: '8.40', USD: '9.20', JPY: '1350', KWD: '2.775' },
  },
];

/** A ready-made customer and card for one way a checkout can go. */
export interface Scenario {
  readonly title: string;
  /** A test number of no account; it goes to the token service and nowhere else. */
  readonly cardNumber: string;
  readonly email?: string;
  readonly currency: string;
}

const goodCard = '4111111111111111';

export const scenarios = {
  paid: { title: 'Paid', cardNumber: goodCard, currency: 'EUR' },
  declined: {
    title: 'Declined: not enough funds',
    cardNumber: '4000000000009995',
    currency: 'EUR',
  },
  review: {
    title: 'Held for review',
    cardNumber: goodCard,
    email: 'review@domain.com',
    currency: 'EUR',
  },
  rejected: {
    title: 'Refused by the risk rules',
    cardNumber: goodCard,
    email: 'reject@domain.com',
    currency: 'EUR',
  },
  yen: { title: 'Paid in yen', cardNumber: goodCard, currency: 'JPY' },
  dinar: { title: 'Paid in Kuwaiti dinar', cardNumber: goodCard, currency: 'KWD' },
} as const satisfies Record<string, Scenario>;

export type ScenarioName = keyof typeof scenarios;

export function isScenario(name: unknown): name is ScenarioName {
  return typeof name === 'string' && Object.hasOwn(scenarios, name);
}

/** The customer of a checkout that names none. */
export const defaultCustomer: Json = {
  customerId: 'C-1001',
  email: 'mara.lindqvist@shop.test',
  fullName: 'Mara Lindqvist',
  phone: '+49 30 5550100',
  billingAddress: 'Lindenallee 12\n10115 Berlin\nDE',
};

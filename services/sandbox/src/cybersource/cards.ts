import { cardTriggers } from './triggers.ts';

const brands: readonly [RegExp, string, string][] = [
  [/^4/, '001', 'visa'],
  [/^(5[1-5]|2[2-7])/, '002', 'mastercard'],
  [/^3[47]/, '003', 'american express'],
  [/^(6011|65|64[4-9])/, '004', 'discover'],
  [/^35/, '007', 'jcb'],
  [/^(5[0678]|6)/, '042', 'maestro'],
];

/** What may be kept of a card number: all but the number. */
export interface CardFacts {
  readonly maskedNumber: string;
  readonly cardType: string;
  readonly brand: string;
  readonly trigger?: string;
}

/** Describes a card number, or undefined when it is not made of 12 to 19 digits. */
export function describeCard(number: string): CardFacts | undefined {
  if (!/^\d{12,19}$/.test(number)) return undefined;
  const brand = brands.find(([pattern]) => pattern.test(number));
  const trigger = cardTriggers[number] ?? (passesLuhn(number) ? undefined : 'invalid-account');
  return {
    maskedNumber: `${number.slice(0, 6)}${'X'.repeat(number.length - 10)}${number.slice(-4)}`,
    cardType: brand?.[1] ?? '001',
    brand: brand?.[2] ?? 'visa',
    ...(trigger === undefined ? {} : { trigger }),
  };
}

/** The check digit rule of card numbers. */
export function passesLuhn(digits: string): boolean {
  const sum = Array.from(digits)
    .toReversed()
    .reduce((total, digit, index) => {
      const doubled = index % 2 === 0 ? Number(digit) : Number(digit) * 2;
      return total + (doubled > 9 ? doubled - 9 : doubled);
    }, 0);
  return sum % 10 === 0;
}

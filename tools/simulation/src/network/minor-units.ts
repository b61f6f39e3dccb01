const exponents: Readonly<Record<string, number>> = { EUR: 2, JPY: 0, KWD: 3 };

/** Minor units of a decimal text, reckoned without the product's own code. */
export function minorOf(text: unknown, currency: unknown): bigint {
  const exponent = exponents[String(currency)] ?? 2;
  const [whole = '0', fraction = ''] = String(text).split('.');
  return BigInt(whole + fraction.padEnd(exponent, '0').slice(0, exponent));
}

/** Decimal text of minor units. */
export function decimalOf(minor: bigint, currency: string): string {
  const exponent = exponents[currency] ?? 2;
  if (exponent === 0) return minor.toString();
  const digits = minor.toString().padStart(exponent + 1, '0');
  return `${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`;
}

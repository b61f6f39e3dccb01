/** Raised when a text is not a plain decimal number or has more decimals than allowed. */
export class DecimalFault extends Error {
  readonly reason: 'not-a-number' | 'too-many-decimals';

  constructor(reason: 'not-a-number' | 'too-many-decimals', text: string) {
    super(`${JSON.stringify(text)} is ${reason.replaceAll('-', ' ')}`);
    this.reason = reason;
  }
}

const pattern = /^(-?)(\d{1,18})(?:\.(\d{1,12}))?$/;

/** Reads a decimal text or JSON number as a whole number of units of 10^-scale, exactly. */
export function parseUnits(value: string | number, scale: number): bigint {
  const text = typeof value === 'number' ? plain(value) : value.trim();
  const match = pattern.exec(text);
  if (match === null) throw new DecimalFault('not-a-number', text);
  const decimals = (match[3] ?? '').replace(/0+$/, '');
  if (decimals.length > scale) throw new DecimalFault('too-many-decimals', text);
  const units = BigInt((match[2] ?? '0') + decimals.padEnd(scale, '0'));
  return match[1] === '-' ? -units : units;
}

/** Writes units of 10^-scale as a decimal text with exactly `scale` decimals. */
export function formatUnits(units: bigint, scale: number): string {
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  const sign = units < 0n ? '-' : '';
  return scale === 0 ? sign + whole : `${sign}${whole}.${digits.slice(-scale)}`;
}

/** Turns units into a JSON number; its shortest text has no more than `scale` decimals. */
export function toJsonNumber(units: bigint, scale: number): number {
  return Number(formatUnits(units, scale));
}

/** Divides and rounds half away from zero, as invoices are rounded. */
export function divideRounded(numerator: bigint, denominator: bigint): bigint {
  const isNegative = numerator < 0n !== denominator < 0n;
  const top = numerator < 0n ? -numerator : numerator;
  const bottom = denominator < 0n ? -denominator : denominator;
  const quotient = (top * 2n + bottom) / (bottom * 2n);
  return isNegative ? -quotient : quotient;
}

function plain(value: number): string {
  if (!Number.isFinite(value)) throw new DecimalFault('not-a-number', String(value));
  const text = String(value);
  return text.includes('e') ? value.toFixed(12).replace(/\.?0+$/, '') : text;
}

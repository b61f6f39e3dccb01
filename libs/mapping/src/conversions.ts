import { formatDecimal, parseDecimal } from '@sluice/money';
import { readMoney } from './money-value.ts';
import { type Shape, textShape } from './shape.ts';
import { formatInstant, formatLocalDate, parseInstant, readInstant } from './time-value.ts';
import { ValueRefused, wrongType } from './value-refused.ts';

/** What a conversion may need besides its value. */
export interface ConversionSettings {
  readonly zone: string;
  readonly currency: string | undefined;
}

/** One named conversion of the mapping language. */
export interface Conversion {
  /** Kinds of shape it takes. */
  readonly accepts: readonly Shape['kind'][];
  readonly gives: Shape;
  readonly needsCurrency?: boolean;
  convert(value: unknown, settings: ConversionSettings): unknown;
}

const countryNames = new Intl.DisplayNames('en', { type: 'region', fallback: 'code' });

/** Every conversion that `as` may name. */
const conversions: ReadonlyMap<string, Conversion> = new Map<string, Conversion>([
  ['trim', ofText((text) => text.trim())],
  ['lower', ofText((text) => text.toLowerCase())],
  ['upper', ofText((text) => text.toUpperCase())],
  ['last4', ofText(lastFour)],
  ['country-name', ofText((text) => (/^[A-Z]{2}$/.test(text) ? countryName(text) : text))],
  ['text', { accepts: ['text', 'whole', 'number', 'flag'], gives: textShape, convert: toText }],
  ['whole', { accepts: ['text', 'whole', 'number'], gives: { kind: 'whole' }, convert: toWhole }],
  [
    'number',
    { accepts: ['text', 'whole', 'number'], gives: { kind: 'number' }, convert: toNumber },
  ],
  ['money', { accepts: ['text'], gives: { kind: 'money' }, needsCurrency: true, convert: toMoney }],
  ['decimal', ofMoney((value) => formatDecimal(readMoney(value)))],
  ['minor', ofMoney((value) => readMoney(value).minor.toString())],
  ['instant', { accepts: ['text'], gives: { kind: 'instant' }, convert: parseInstant }],
  ['iso', ofInstant((micros) => formatInstant(micros))],
  ['local-date', ofInstant((micros, { zone }) => formatLocalDate(micros, zone))],
]);

/** Names that `as` may carry, in the order of the reference. */
export const conversionNames: readonly string[] = [...conversions.keys()];

/** The conversion of that name; undefined when there is none. */
export function conversionOf(name: string): Conversion | undefined {
  return conversions.get(name);
}

function ofText(change: (text: string) => string): Conversion {
  return {
    accepts: ['text'],
    gives: textShape,
    convert: (value) => {
      if (typeof value !== 'string') throw wrongType('text', value);
      return change(value);
    },
  };
}

function ofMoney(convert: (value: unknown) => string): Conversion {
  return { accepts: ['money'], gives: textShape, convert };
}

function ofInstant(format: (micros: bigint, settings: ConversionSettings) => string): Conversion {
  return {
    accepts: ['instant', 'text'],
    gives: textShape,
    convert: (value, settings) => format(readInstant(value), settings),
  };
}

function lastFour(text: string): string {
  return text.replaceAll(/\D/g, '').slice(-4);
}

function countryName(code: string): string {
  return countryNames.of(code) ?? code;
}

function toText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'bigint' || typeof value === 'number' || typeof value === 'boolean') {
    return value.toString();
  }
  throw wrongType('text', value);
}

function toWhole(value: unknown): bigint {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'string' && /^-?\d{1,19}$/.test(value)) return BigInt(value);
  if (Number.isSafeInteger(value)) return BigInt(value as number);
  throw wrongType('a whole number', value);
}

function toNumber(value: unknown): number {
  const number = Number(toWhole(value));
  if (!Number.isSafeInteger(number)) throw wrongType('a smaller number', value);
  return number;
}

function toMoney(value: unknown, { currency }: ConversionSettings): unknown {
  if (typeof value !== 'string') throw wrongType('a decimal text', value);
  if (currency === undefined) {
    throw new ValueRefused('MAPPING_REQUIRED_FIELD', 'has no currency');
  }
  return parseDecimal(value, currency);
}

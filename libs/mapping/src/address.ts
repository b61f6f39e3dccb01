import { formatsOf } from './address-formats.ts';
import type { RecordShape } from './shape.ts';

/** A postal address in parts; a part that is not there is empty. */
export interface PostalAddress {
  readonly line1: string;
  readonly line2: string;
  readonly city: string;
  readonly region: string;
  readonly postalCode: string;
  /** ISO 3166-1 alpha-2, upper case; empty when the text does not end with one. */
  readonly country: string;
}

/** Shape of {@link PostalAddress}. */
export const addressShape: RecordShape = {
  kind: 'record',
  name: 'address',
  fields: new Map(
    ['line1', 'line2', 'city', 'region', 'postalCode', 'country'].map((part) => [
      part,
      { shape: { kind: 'text' } },
    ]),
  ),
};

const linesMax = 12;
const lineCharactersMax = 200;

/**
 * Splits an address as typed: lines, the last one the ISO country code.
 *
 * The country decides how the line with city and postal code reads (`10115 Berlin`,
 * `Austin, TX 78701`, `London` above `SW1A 1AA`). What no pattern of the country explains stays
 * in line1 and line2, so that nothing typed is lost.
 */
export function splitAddress(text: string): PostalAddress {
  const lines = text
    .split(/\r\n|[\n\r]/)
    .map((line) => line.trim().replaceAll(/\s+/g, ' ').slice(0, lineCharactersMax))
    .filter((line) => line !== '')
    .slice(-linesMax);
  const last = lines.at(-1) ?? '';
  const country = /^[A-Za-z]{2}$/.test(last) ? last.toUpperCase() : '';
  if (country !== '') lines.pop();
  const parts: Partial<Record<'city' | 'region' | 'postalCode', string>> = {};
  const taken = takeLocality(lines, country, parts);
  const street = lines.slice(0, lines.length - taken);
  return {
    line1: street[0] ?? '',
    line2: street.slice(1).join(', '),
    city: parts.city ?? '',
    region: parts.region ?? '',
    postalCode: parts.postalCode ?? '',
    country,
  };
}

/** Reads city, region and postal code from the last lines; gives how many lines they took. */
function takeLocality(
  lines: readonly string[],
  country: string,
  parts: Partial<Record<'city' | 'region' | 'postalCode', string>>,
): number {
  for (const format of formatsOf(country)) {
    const start = lines.length - format.length;
    const matches = format.map((pattern, index) => pattern.exec(lines[start + index] ?? ''));
    if (start < 0 || matches.some((match) => match === null)) continue;
    for (const match of matches) Object.assign(parts, match?.groups);
    return format.length;
  }
  return 0;
}

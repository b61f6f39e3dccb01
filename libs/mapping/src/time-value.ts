import { wrongType } from './value-refused.ts';

const isoPattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;
const digitsPattern = /^-?\d{1,19}$/;
const formatters = new Map<string, Intl.DateTimeFormat>();

/** Microseconds since 1970 of an ISO 8601 instant with its offset, exactly to the microsecond. */
export function parseInstant(value: unknown): bigint {
  if (typeof value !== 'string' || !isoPattern.test(value)) throw wrongType('an instant', value);
  const millis = Date.parse(value);
  if (Number.isNaN(millis)) throw wrongType('an instant', value);
  const fraction = /\.(\d+)/.exec(value)?.[1] ?? '';
  const belowMilli = BigInt(fraction.padEnd(6, '0').slice(3, 6) || '0');
  return BigInt(millis) * 1000n + belowMilli;
}

/** Microseconds of an instant in memory (bigint), in JSON (digits), or as ISO text. */
export function readInstant(value: unknown): bigint {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'string' && digitsPattern.test(value)) return BigInt(value);
  return parseInstant(value);
}

/** ISO 8601 in UTC, to the millisecond. */
export function formatInstant(micros: bigint): string {
  return dateOf(micros).toISOString();
}

/** The calendar day, `YYYY-MM-DD`, of an instant in a time zone. */
export function formatLocalDate(micros: bigint, zone: string): string {
  return formatterOf(zone).format(dateOf(micros));
}

/** True for a time zone of the IANA list, for example Europe/Berlin. */
export function isZone(zone: string): boolean {
  try {
    formatterOf(zone);
    return true;
  } catch {
    return false;
  }
}

function dateOf(micros: bigint): Date {
  const millis = Number(micros / 1000n) - (micros % 1000n < 0n ? 1 : 0);
  const date = new Date(millis);
  if (Number.isNaN(date.getTime())) throw wrongType('an instant', micros);
  return date;
}

function formatterOf(zone: string): Intl.DateTimeFormat {
  const known = formatters.get(zone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  });
  formatters.set(zone, made);
  return made;
}

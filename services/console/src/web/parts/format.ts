import type { MoneyView } from '../../views.ts';

/** An amount in its currency's own format, for example `EUR 12.50`. */
export function formatMoney({ decimal, currency }: MoneyView, locale?: string): string {
  const digits = decimal.split('.')[1]?.length ?? 0;
  try {
    return new Intl.NumberFormat(locale, {
      style: 'currency',
      currency,
      currencyDisplay: 'code',
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    }).format(decimal as Intl.StringNumericLiteral);
  } catch {
    return `${currency} ${decimal}`;
  }
}

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** A length of time in its largest unit, for example `12 s`; below a second in milliseconds. */
export function formatLength(ms: number): string {
  const length = Math.max(ms, 0);
  if (length < secondMs) return `${Math.round(length)} ms`;
  if (length < 10 * secondMs) return `${(Math.floor(length / 100) / 10).toFixed(1)} s`;
  if (length < minuteMs) return `${Math.floor(length / secondMs)} s`;
  if (length < hourMs) return `${Math.floor(length / minuteMs)} min`;
  if (length < 2 * dayMs) return `${Math.floor(length / hourMs)} h`;
  return `${Math.floor(length / dayMs)} d`;
}

/** How long ago an instant is; what is younger than a second is `now`. */
export function formatAgo(at: string, nowMs: number): string {
  const ageMs = nowMs - Date.parse(at);
  if (ageMs < secondMs) return 'now';
  const whole = ageMs < minuteMs ? Math.floor(ageMs / secondMs) * secondMs : ageMs;
  return `${formatLength(whole).replace('.0', '')} ago`;
}

/** The instant exactly, in the reader's zone, which is named. */
export function formatExact(at: string, locale?: string): string {
  return new Intl.DateTimeFormat(locale, {
    dateStyle: 'medium',
    timeStyle: 'long',
  }).format(new Date(at));
}

/** Time of day to the millisecond in the reader's zone. */
export function formatClock(at: string): string {
  const date = new Date(at);
  const two = (value: number): string => String(value).padStart(2, '0');
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':');
  return `${time}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}

/** The beginning and end of a long id. */
export function shortId(id: string): string {
  return id.length <= 14 ? id : `${id.slice(0, 6)}…${id.slice(-4)}`;
}

/** `partially_refunded` reads `Partially refunded`. */
export function inWords(name: string): string {
  const words = name.replaceAll(/[_-]/g, ' ').toLowerCase();
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}

import { describe, expect, it } from 'vitest';
import { formatAgo, formatLength, formatMoney, inWords, shortId } from './format.ts';

describe('formatMoney', () => {
  it.each([
    ['12.50', 'EUR', 'EUR 12.50'],
    ['53750', 'JPY', 'JPY 53,750'],
    ['-1.250', 'KWD', '-KWD 1.250'],
    ['999999999999999.99', 'EUR', 'EUR 999,999,999,999,999.99'],
  ])('shows %s %s exactly', (decimal, currency, shown) => {
    const text = formatMoney({ minor: '', currency, decimal }, 'en');

    expect(text.replaceAll('\u00a0', ' ')).toBe(shown);
  });

  it('shows a currency that is none as it came', () => {
    expect(formatMoney({ minor: '5', currency: '?', decimal: '5' })).toBe('? 5');
  });
});

describe('formatLength', () => {
  it.each([
    [0, '0 ms'],
    [999, '999 ms'],
    [1_250, '1.2 s'],
    [12_400, '12 s'],
    [61_000, '1 min'],
    [3_600_000, '1 h'],
    [180_000_000, '2 d'],
    [-5, '0 ms'],
  ])('reads %d ms as %s', (ms, shown) => {
    expect(formatLength(ms)).toBe(shown);
  });
});

describe('formatAgo', () => {
  it('counts whole seconds, and calls the newest now', () => {
    const at = '2026-01-15T12:00:00.000Z';

    expect(formatAgo(at, Date.parse(at) + 400)).toBe('now');
    expect(formatAgo(at, Date.parse(at) + 2_700)).toBe('2 s ago');
    expect(formatAgo(at, Date.parse(at) - 5_000)).toBe('now');
  });
});

describe('shortId', () => {
  it('keeps short ids whole', () => {
    expect(shortId('event-1')).toBe('event-1');
    expect(shortId('01KPAYMT00000000000000DEMO')).toBe('01KPAY…DEMO');
  });
});

describe('inWords', () => {
  it('reads names as words', () => {
    expect(inWords('partially_refunded')).toBe('Partially refunded');
  });
});

import { describe, expect, it } from 'vitest';
import { matchLine, missingAtGateway } from './match-line.ts';
import type { BooksEntry, SettlementLine } from './match-line.ts';

const line = (minor: bigint, currency: string): SettlementLine => ({
  lineId: 'line-1',
  reportId: 'demo_merchant/2026-01-16',
  transactionId: '7000000000000000000001',
  amount: { minor, currency },
});
const entry = (minor: bigint, currency: string): BooksEntry => ({
  booksId: '4600000000000000001',
  amount: { minor, currency },
});

describe('matchLine', () => {
  it.each([
    [1250n, 'EUR'],
    [1500n, 'JPY'],
    [1234n, 'KWD'],
    [-1250n, 'EUR'],
  ])('matches %s minor units of %s', (minor, currency) => {
    const verdict = matchLine(line(minor, currency), entry(minor, currency), false);

    expect(verdict).toEqual({ kind: 'matched', booksId: '4600000000000000001' });
  });

  it('calls one minor unit of difference a break, in words of the currency', () => {
    const verdict = matchLine(line(1234n, 'KWD'), entry(1235n, 'KWD'), false);

    expect(verdict).toMatchObject({ kind: 'broken', breakKind: 'amount_differs' });
    expect(verdict).toMatchObject({ explanation: expect.stringContaining('1.234 KWD') as string });
  });

  it('calls equal digits in another currency a break', () => {
    expect(matchLine(line(100n, 'EUR'), entry(100n, 'USD'), true)).toMatchObject({
      breakKind: 'amount_differs',
    });
  });

  it('waits for a missing entry until the grace is over', () => {
    expect(matchLine(line(1250n, 'EUR'), undefined, false)).toEqual({ kind: 'waiting' });
    expect(matchLine(line(1250n, 'EUR'), undefined, true)).toMatchObject({
      breakKind: 'missing_in_books',
    });
  });
});

describe('missingAtGateway', () => {
  it('names the entry and its amount', () => {
    expect(missingAtGateway(entry(1500n, 'JPY'))).toContain('1500 JPY');
  });
});

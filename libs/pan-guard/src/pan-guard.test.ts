import { PermanentFailure } from '@sluice/failure';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assertNoCardNumbers, findCardNumbers, keyedHash, scrubText } from './index.ts';

const cards = [
  '4111111111111111',
  '5555555555554444',
  '2222420000001113',
  '378282246310005',
  '6011111111111117',
  '3566111111111113',
];

describe('findCardNumbers', () => {
  it.each(cards)('finds %s plain, grouped, in other digits, and encoded', (card) => {
    const arabic = card.replace(/\d/g, (digit) => String.fromCodePoint(0x660 + Number(digit)));

    expect(findCardNumbers({ note: `pay with ${card} please` })).toEqual([{ path: 'note' }]);
    expect(findCardNumbers({ note: card.replace(/(\d{4})(?=\d)/g, '$1 ') })).toHaveLength(1);
    expect(findCardNumbers({ note: card.replace(/(\d{4})(?=\d)/g, '$1-') })).toHaveLength(1);
    expect(findCardNumbers([{ deep: [arabic] }])).toEqual([{ path: '[].deep[]' }]);
    expect(findCardNumbers({ note: Buffer.from(`card ${card}`).toString('base64') })).toHaveLength(
      1,
    );
    expect(findCardNumbers({ note: encodeURIComponent(`#${card}`) })).toHaveLength(1);
    expect(findCardNumbers({ [card]: 'x' })).toHaveLength(1);
    expect(findCardNumbers({ amount: Number(card) })).toHaveLength(1);
  });

  it.each([' ', '-', '.', '/', '_', '\u00a0', '\u2009', '\u202f'])(
    'finds one whose digits all are parted by %j',
    (separator) => {
      const card = [...'4111111111111111'].join(separator);

      expect(findCardNumbers(`at 12:30 ${card}!`)).toHaveLength(1);
    },
  );

  it('finds one in the name of a field however often the field comes', () => {
    const named = { reconciliationOf4111111111111111: 'x', aCleanNameOfAField: 'x' };

    expect(findCardNumbers(named)).toHaveLength(1);
    expect(findCardNumbers(named)).toHaveLength(1);
  });

  it('finds a card number behind another group of digits', () => {
    expect(findCardNumbers('12 4111 1111 1111 1111')).toHaveLength(1);
  });

  it('passes ordinary business data', () => {
    const order = {
      orderId: '01J9ZQ4Y8B6T7N3M2K1H0G5F4E',
      phone: '+49 30 901820',
      amount: '1250.00',
      at: '2026-01-15T12:00:00.000Z',
    };

    expect(findCardNumbers(order)).toEqual([]);
    expect(findCardNumbers({ id: '7600846207716214404805' })).toEqual([]);
  });

  it.each([
    'e4111111111111111bcdefabcdefabcd',
    '4111111111111111abcdefabcdefabcd4111111111111111abcdefabcdefabcd',
    '00-4111111111111111abcdefabcdefabcd-00f067aa0ba902b7-01',
    'abcdefab-4111-1111-1111-1111abcdefab',
  ])('passes %s, an id that happens to hold such digits', (id) => {
    expect(findCardNumbers({ traceparent: id })).toEqual([]);
    expect(findCardNumbers({ note: `see ${id}` })).toHaveLength(1);
  });

  it('finds a card number that is filled up to the length of an id', () => {
    expect(findCardNumbers('4111111111111111 a00000000000000')).toHaveLength(1);
    expect(findCardNumbers('4111111111111111a000000000000000')).toHaveLength(1);
  });

  it('tells an international phone number from a card number', () => {
    expect(findCardNumbers({ phone: '+63 917 000 0009' })).toEqual([]);
    expect(findCardNumbers({ phone: '63 917 000 0009' })).toHaveLength(1);
    expect(findCardNumbers({ phone: '+4111 1111 1111 1111' })).toHaveLength(1);
  });

  it('leaves exempt paths alone, and only those', () => {
    const value = { id: '4111111111111111', lines: [{ id: '4111111111111111' }] };

    expect(findCardNumbers(value, { exemptPaths: ['id'] })).toEqual([{ path: 'lines[].id' }]);
    expect(findCardNumbers(value, { exemptPaths: ['id', 'lines[].id'] })).toEqual([]);
  });

  it('never finds one in a text without twelve digits', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        fc.pre((text.match(/\p{Nd}/gu) ?? []).length < 12 && text.length < 16);
        expect(findCardNumbers(text)).toEqual([]);
      }),
    );
  });
});

describe('assertNoCardNumbers', () => {
  it('names the path and not the digits', () => {
    expect(() => assertNoCardNumbers({ note: '4111111111111111' })).toThrow(PermanentFailure);
    try {
      assertNoCardNumbers({ note: '4111111111111111' });
    } catch (error) {
      expect((error as Error).message).toContain('note');
      expect((error as Error).message).not.toContain('4111');
    }
  });
});

describe('scrubText', () => {
  it('takes out every card number and keeps the rest', () => {
    expect(scrubText('a 4111-1111-1111-1111 b 5555555555554444 c')).toBe(
      'a [card number] b [card number] c',
    );
    expect(scrubText('order 1001')).toBe('order 1001');
  });
});

describe('keyedHash', () => {
  it('depends on value and key', () => {
    expect(keyedHash('a', 'k')).toBe(keyedHash('a', 'k'));
    expect(keyedHash('a', 'k')).not.toBe(keyedHash('a', 'l'));
  });
});

import { describe, expect, it } from 'vitest';
import { parseMapping } from './load-mappings.ts';

function apply(fields: string, source: Record<string, unknown>): Record<string, unknown> {
  const head =
    'mapping: invoice\nversion: 1\nfrom: run\nto: zoho.books.Invoice\nzone: Europe/Berlin\n';
  const tables = 'tables:\n  currencies: {EUR: "460", "*": "999"}\n  sizes: {s: small}\n';
  return parseMapping(`${head}${tables}fields:\n  ${fields}\n`).apply(source);
}

const order = {
  order: {
    number: '1001',
    note: '',
    placedAt: '1772409600000000',
    total: { minor: '150000', currency: 'JPY' },
    lines: [
      { sku: 'a', name: 'Apple', unitPrice: { minor: '1250', currency: 'EUR' }, quantity: '2' },
      { sku: 'b', name: 'Pear', unitPrice: { minor: '1234', currency: 'KWD' }, quantity: 1 },
    ],
  },
  itemIds: { a: '900', b: '901' },
  reasons: ['One.', 'Two.'],
};

describe('Mapping to a free-form target', () => {
  it('writes money as decimal text with the decimals of its currency', () => {
    expect(apply('total: {from: order.total, as: decimal}', order)).toEqual({ total: '150000' });
    expect(apply('x: {each: order.lines, item: {from: unitPrice, as: decimal}}', order)).toEqual({
      x: ['12.50', '1.234'],
    });
  });

  it('writes the day of the business, in its time zone', () => {
    const late = { at: 1_772_407_800_000_000n };

    expect(apply('date: {from: at, as: local-date}', late)).toEqual({ date: '2026-03-02' });
    expect(apply('date: {from: at, as: local-date, zone: UTC}', late)).toEqual({
      date: '2026-03-01',
    });
    expect(apply('at: {from: order.placedAt, as: iso}', order)).toEqual({
      at: '2026-03-02T00:00:00.000Z',
    });
  });

  it('looks up in a table of the document and in a map of the source', () => {
    const rule = 'items: {each: order.lines, map: {item_id: {from: sku, lookupIn: /itemIds}}}';

    expect(apply(rule, order)).toEqual({ items: [{ item_id: '900' }, { item_id: '901' }] });
    expect(apply('c: {from: order.total.currency, lookup: currencies}', order)).toEqual({
      c: '999',
    });
  });

  it('says what it did not find in a look-up, unless there is a default', () => {
    const source = { size: 'xl' };

    expect(() => apply('s: {from: size, lookup: sizes}', source)).toThrow(
      expect.objectContaining({
        code: 'MAPPING_LOOKUP_MISSED',
        message: 'Mapping invoice:1, field s: finds no "xl" in table sizes',
      }),
    );
    expect(apply("s: {from: size, lookup: sizes, default: ''}", source)).toEqual({ s: '' });
  });

  it('leaves out fields without a value', () => {
    expect(apply('a: {from: nope}\n  b: {value: 1}', order)).toEqual({ b: 1 });
  });

  it('joins what is there', () => {
    const rule =
      "notes: {join: [order.note, order.number, {text: 'for {order.total as decimal}'}], with: ' / '}";

    expect(apply(rule, order)).toEqual({ notes: '1001 / for 150000' });
  });

  it('builds fixed lists, spreads each and skips what is absent', () => {
    const rule =
      'l: {list: [{each: order.lines, map: {n: {from: name}}}, {fields: {n: {value: Shipping}}, when: \'source.order.number == "1"\'}]}';

    expect(apply(rule, order)).toEqual({ l: [{ n: 'Apple' }, { n: 'Pear' }] });
  });

  it('nests records and computes small values', () => {
    const rule = "b: {fields: {count: {cel: 'size(source.order.lines)', as: number}}}";

    expect(apply(rule, order)).toEqual({ b: { count: 2 } });
  });

  it('reads whole numbers from text and number', () => {
    expect(apply('q: {each: order.lines, item: {from: quantity, as: number}}', order)).toEqual({
      q: [2, 1],
    });
  });

  it('never turns an amount into a number', () => {
    expect(() => apply('t: {from: t, as: decimal}', { t: 12.5 })).toThrow(
      expect.objectContaining({ code: 'MONEY_NOT_A_NUMBER' }),
    );
    expect(() => apply('t: {from: t, as: number}', { t: '12.50' })).toThrow(
      expect.objectContaining({ code: 'MAPPING_WRONG_TYPE' }),
    );
  });

  it('does not read what an object inherits', () => {
    expect(apply('a: {from: constructor}\n  b: {from: order.toString}', order)).toEqual({});
  });
});

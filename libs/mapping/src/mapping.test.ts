import { describe, expect, it } from 'vitest';
import { DocumentRejected } from './fault.ts';
import { parseMapping } from './load-mappings.ts';
import { shapeFromAvro } from './avro-shape.ts';

const money = {
  type: 'record',
  name: 'Money',
  namespace: 'sluice.common.v1',
  fields: [
    { name: 'minor', type: 'long' },
    { name: 'currency', type: 'string' },
  ],
};
const shapes = new Map([
  [
    'sluice.test.Received',
    shapeFromAvro({
      type: 'record',
      name: 'Received',
      namespace: 'sluice.test',
      fields: [
        { name: 'id', type: 'string' },
        { name: 'total', type: 'string' },
        { name: 'currency', type: 'string' },
        { name: 'placedAt', type: 'string' },
        { name: 'note', type: ['null', 'string'], default: null },
        { name: 'codes', type: { type: 'array', items: 'string' } },
        {
          name: 'lines',
          type: {
            type: 'array',
            items: {
              type: 'record',
              name: 'Line',
              fields: [
                { name: 'sku', type: 'string' },
                { name: 'quantity', type: 'long' },
                { name: 'price', type: 'string' },
              ],
            },
          },
        },
      ],
    }),
  ],
  [
    'sluice.test.Placed',
    shapeFromAvro({
      type: 'record',
      name: 'Placed',
      namespace: 'sluice.test',
      fields: [
        { name: 'id', type: 'string' },
        { name: 'total', type: money },
        { name: 'placedAt', type: { type: 'long', logicalType: 'timestamp-micros' } },
        { name: 'note', type: 'string', default: '' },
        { name: 'other', type: ['null', 'string'], default: null },
        {
          name: 'lines',
          type: {
            type: 'array',
            items: {
              type: 'record',
              name: 'PlacedLine',
              fields: [
                { name: 'sku', type: 'string' },
                { name: 'quantity', type: 'long' },
                { name: 'price', type: 'sluice.common.v1.Money' },
              ],
            },
          },
        },
      ],
    }),
  ],
]);

const placed = `mapping: placed
version: 2
from: sluice.test.Received
to: sluice.test.Placed
fields:
  id:       {from: id, required: true}
  total:    {from: total, as: money, currency: currency}
  placedAt: {from: placedAt, as: instant}
  note:     {from: note, default: '', max: 5}
  lines:
    each: lines
    map:
      sku:      {from: sku, as: [trim, upper], required: true}
      quantity: {from: quantity}
      price:    {from: price, as: money, currency: /currency}
`;
const received = {
  id: 'o-1',
  total: '12.50',
  currency: 'EUR',
  placedAt: '2026-03-01T10:00:00.123456+02:00',
  note: null,
  codes: [],
  lines: [{ sku: ' a1 ', quantity: 2n, price: '6.25' }],
};

function faultsOf(text: string): readonly string[] {
  try {
    parseMapping(text, { shapes, file: 'm.yaml' });
    return [];
  } catch (error) {
    if (!(error instanceof DocumentRejected)) throw error;
    return error.message.split('\n');
  }
}

describe('Mapping between known records', () => {
  const mapping = parseMapping(placed, { shapes });

  it('builds a complete target, exact in money and time', () => {
    expect(mapping.apply(received)).toEqual({
      id: 'o-1',
      total: { minor: 1250n, currency: 'EUR' },
      placedAt: 1_772_352_000_123_456n,
      note: '',
      other: null,
      lines: [{ sku: 'A1', quantity: 2n, price: { minor: 625n, currency: 'EUR' } }],
    });
  });

  it('knows its lineage', () => {
    expect(mapping.lineageOf('e1', 'sluice.test.Received')).toEqual({
      sourceEventId: 'e1',
      sourceType: 'sluice.test.Received',
      mapping: 'placed',
      mappingVersion: 2n,
    });
  });

  it('cuts a text at its bound', () => {
    expect(mapping.apply({ ...received, note: 'abcdefgh' })['note']).toBe('abcde');
  });

  it.each([
    [{ id: '' }, 'MAPPING_REQUIRED_FIELD', 'field id'],
    [{ total: '1.234' }, 'MONEY_TOO_MANY_DECIMALS', 'field total'],
    [{ currency: 'XXQ' }, 'MONEY_UNKNOWN_CURRENCY', 'field total'],
    [{ total: 12.5 }, 'MAPPING_WRONG_TYPE', 'field total'],
    [{ placedAt: 'yesterday' }, 'MAPPING_WRONG_TYPE', 'field placedAt'],
    [{ lines: [{ sku: '', quantity: 1n, price: '1' }] }, 'MAPPING_REQUIRED_FIELD', 'lines[].sku'],
  ])('refuses %o with a failure that names the field', (change, code, words) => {
    const apply = (): unknown => mapping.apply({ ...received, ...change });

    expect(apply).toThrow(expect.objectContaining({ code }));
    expect(apply).toThrow(words);
  });

  it('keeps amounts out of a failure about something that is no amount', () => {
    expect(() => mapping.apply({ ...received, total: '4111111111111111' })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('4111') }),
    );
  });
});

describe('parseMapping', () => {
  it.each([
    ['id:       {from: id', 'idd:      {from: id', '6:3 sluice.test.Placed has no field idd'],
    ['{from: id,', '{from: ident,', '6:20 ident: sluice.test.Received has no ident'],
    ['{from: total, as: money, currency: currency}', '{from: total}', '7:13 total is money'],
    ['as: instant', 'as: instnt', '8:34 There is no conversion instnt'],
    [', as: money, currency: /currency', ', as: money', '15:35 money needs currency'],
    ['{from: quantity}', '{from: quantity, as: lower}', '14:38 lower takes text, not whole'],
    ["default: '', max", 'default: 1, max', '9:35 The constant does not fit: wanted is text'],
    ["{from: note, default: '', max: 5}", '{from: note, requird: true}', '9:26 The rule of note'],
    ['  total:', '  total: {from: id}\n  total:', '8:3'],
    ['version: 2', 'version: two', '2:10 version must be a whole number'],
    ['sluice.test.Placed', 'sluice.test.Plaaced', '4:5 There is no record'],
    ['{from: quantity}', '{value: 1.5}', '14:25 The constant does not fit'],
    ['{from: quantity}', '{from: quantity, lookup: sizes}', '14:42 There is no table sizes'],
    ['{from: quantity}', "{from: quantity, when: 'source.nope == 1'}", '14:40 source.nope'],
    ['{from: quantity}', "{from: quantity, when: '1 +'}", '14:4'],
    ['{from: id, required: true}', '&a {from: id}\n  note: *a', 'Aliases'],
  ])('says where it is wrong: %s → %s', (before, after, fault) => {
    const faults = faultsOf(placed.replace(before, after));

    expect(faults.join('\n')).toContain(fault);
  });

  it('tells every fault of a document at once', () => {
    const text = placed.replace('{from: id,', '{from: x,').replace('as: instant', 'as: nope');

    expect(faultsOf(text).length).toBe(2);
  });

  it('refuses a target field without a rule or a default', () => {
    const text = placed.replace(/ {2}id: .*\n/, '');

    expect(faultsOf(text).join()).toContain('id (text) must be set');
  });

  it('refuses a rule that may come out empty where the target needs a value', () => {
    const text = placed.replace('{from: id, required: true}', '{from: note}');

    expect(faultsOf(text).join()).toContain('id may come out empty');
  });

  it('does not let a document reach a prototype', () => {
    const text = 'mapping: m\nversion: 1\nfrom: a\nto: b\nfields:\n  __proto__: {value: 1}\n';

    expect(faultsOf(text).join()).toContain('__proto__ cannot be a field');
  });
});

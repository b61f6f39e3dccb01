import { describe, expect, it } from 'vitest';
import { shapeFromAvro } from './avro-shape.ts';
import { reviveJson, toPlainJson } from './shaped-json.ts';

const schema = {
  type: 'record',
  name: 'Sample',
  namespace: 'a.b',
  fields: [
    { name: 'at', type: { type: 'long', logicalType: 'timestamp-micros' } },
    { name: 'count', type: 'long', default: 3 },
    { name: 'tags', type: { type: 'array', items: 'string' }, default: [] },
    { name: 'sizes', type: { type: 'map', values: 'long' } },
    { name: 'kind', type: { type: 'enum', name: 'Kind', symbols: ['A'] } },
    {
      name: 'price',
      type: {
        type: 'record',
        name: 'Money',
        fields: [
          { name: 'minor', type: 'long' },
          { name: 'currency', type: 'string' },
        ],
      },
    },
    { name: 'old', type: ['null', 'Money'], default: null },
  ],
};

describe('shapeFromAvro', () => {
  const shape = shapeFromAvro(JSON.stringify(schema));

  it('knows instants, money, lists, maps, enums and what may be nothing', () => {
    const kinds = Object.fromEntries([...shape.fields].map(([name, field]) => [name, field.shape]));

    expect(kinds).toEqual({
      at: { kind: 'instant' },
      count: { kind: 'whole' },
      tags: { kind: 'list', items: { kind: 'text' } },
      sizes: { kind: 'map', values: { kind: 'whole' } },
      kind: { kind: 'text' },
      price: { kind: 'money' },
      old: { kind: 'maybe', of: { kind: 'money' } },
    });
  });

  it('gives every default as a fresh value of its own', () => {
    const tags = shape.fields.get('tags')?.fallback;

    expect(shape.fields.get('count')?.fallback?.()).toBe(3n);
    expect(tags?.()).toEqual([]);
    expect(tags?.()).not.toBe(tags?.());
    expect(shape.fields.get('at')?.fallback).toBeUndefined();
  });

  it('refuses what is no record', () => {
    expect(() => shapeFromAvro({ type: 'string' })).toThrow('not a record');
  });

  it('lets JSON go there and back without loss', () => {
    const json = {
      at: '1772352000123456',
      sizes: { s: '9007199254740993' },
      kind: 'A',
      price: { minor: 1250, currency: 'EUR' },
      old: null,
    };

    const value = reviveJson(shape, json);

    expect(value).toMatchObject({
      at: 1_772_352_000_123_456n,
      count: 3n,
      tags: [],
      sizes: { s: 9_007_199_254_740_993n },
      price: { minor: 1250n, currency: 'EUR' },
    });
    expect(toPlainJson(value)).toMatchObject({ at: '1772352000123456', price: { minor: '1250' } });
  });
});

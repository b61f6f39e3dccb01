import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileSchema } from './avro-types.ts';
import { fromJsonValue } from './json-values.ts';

const type = compileSchema(
  JSON.stringify({
    type: 'record',
    name: 'Line',
    fields: [
      { name: 'id', type: 'string' },
      { name: 'count', type: 'int' },
      { name: 'minor', type: 'long' },
      { name: 'at', type: ['null', { type: 'long', logicalType: 'timestamp-micros' }] },
      { name: 'parts', type: { type: 'array', items: 'long' } },
      { name: 'totals', type: { type: 'map', values: 'long' } },
      {
        name: 'inner',
        type: ['null', { type: 'record', name: 'Inner', fields: [{ name: 'n', type: 'long' }] }],
      },
    ],
  }),
);

const long = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const name = fc.string({ minLength: 1, maxLength: 5 }).filter((text) => text !== '__proto__');
const line = fc.record({
  id: fc.string(),
  count: fc.integer(),
  minor: long,
  at: fc.option(long),
  parts: fc.array(long, { maxLength: 3 }),
  totals: fc.dictionary(name, long, { maxKeys: 3, noNullPrototype: true }),
  inner: fc.option(fc.record({ n: long })),
});

describe('fromJsonValue', () => {
  it('gives back what JSON carried with integers of 64 bits as text', () => {
    fc.assert(
      fc.property(line, (value) => {
        const text = JSON.stringify(value, (_, field: unknown) =>
          typeof field === 'bigint' ? field.toString() : field,
        );
        const read = fromJsonValue(type, JSON.parse(text));

        expect(read).toEqual(value);
        expect(type.isValid(read)).toBe(true);
      }),
    );
  });

  it.each([['1.5'], ['ten'], [1.5], [2 ** 60], [true], [{}]])(
    'leaves %j, which is no integer, for the schema to refuse',
    (minor) => {
      const read = fromJsonValue(type, { minor });

      expect(read).toEqual({ minor });
    },
  );
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashOf, redactByName, revive, toJson } from './json.ts';

describe('toJson and revive', () => {
  it('keep any JSON value, with bigint', () => {
    const { tree } = fc.letrec((tie) => ({
      leaf: fc.oneof(
        fc.string().map((text) => text.replaceAll('\0', '')),
        fc.bigInt(),
        fc.boolean(),
      ),
      tree: fc.oneof(
        { depthSize: 'small' },
        tie('leaf'),
        fc.array(tie('tree')),
        fc.dictionary(fc.constantFrom('amount', 'minor', 'id'), tie('tree')),
      ),
    }));

    fc.assert(
      fc.property(tree, (value) => {
        const revived = revive(JSON.parse(toJson(value)));

        expect(revived).toEqual(structuredClone(value));
      }),
    );
  });

  it('drop the character that Postgres refuses', () => {
    expect(toJson({ text: 'a\0b' })).toBe('{"text":"ab"}');
  });
});

describe('hashOf', () => {
  it('does not depend on the order of fields, but on that of members', () => {
    expect(hashOf({ a: 1n, b: [1, 2] })).toBe(hashOf({ b: [1, 2], a: 1n }));
    expect(hashOf([1, 2])).not.toBe(hashOf([2, 1]));
  });
});

describe('redactByName', () => {
  it('removes secrets by their name and card numbers from texts', () => {
    const redacted = redactByName({
      access_token: 'abc',
      headers: { Authorization: 'Bearer abc' },
      note: 'card 4111 1111 1111 1111 please',
      amount: 5,
    });

    expect(redacted).toEqual({
      access_token: '[secret]',
      headers: { Authorization: '[secret]' },
      note: 'card [card number] please',
      amount: 5,
    });
  });
});

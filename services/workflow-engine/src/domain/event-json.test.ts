import { orderPlaced } from '@sluice/contracts/testing';
import { describe, expect, it } from 'vitest';
import { shapeOfEvent } from '../documents/event-types.ts';
import { eventToJson } from './event-json.ts';
import { canonicalText, toJson } from './json.ts';

describe('eventToJson', () => {
  it('writes instants as ISO 8601, money in minor units, and small numbers as numbers', () => {
    const json = eventToJson(shapeOfEvent('sluice.orders.v1.OrderPlaced'), orderPlaced());

    expect(json).toMatchObject({
      placedAt: '2026-01-15T12:00:00.000Z',
      total: { minor: '1250', currency: 'EUR' },
      lines: [{ quantity: 2, unitPrice: { minor: '500', currency: 'EUR' } }],
      customer: { shippingAddress: null, billingAddress: { country: 'GB' } },
    });
  });

  it('keeps money that no number can hold', () => {
    const total = { minor: 9_007_199_254_740_993n, currency: 'JPY' };

    const json = eventToJson(shapeOfEvent('sluice.orders.v1.OrderPlaced'), orderPlaced({ total }));

    expect(json).toMatchObject({ total: { minor: '9007199254740993' } });
  });
});

describe('toJson', () => {
  it.each([
    [12n, 12],
    [9_007_199_254_740_993n, '9007199254740993'],
    [undefined, null],
    [new Map([['a', 1n]]), { a: 1 }],
    [
      { minor: 5n, currency: 'EUR' },
      { minor: '5', currency: 'EUR' },
    ],
  ])('turns %s into %j', (value, json) => {
    expect(toJson(value)).toEqual(json);
  });

  it.each([[Number.NaN], [Number.POSITIVE_INFINITY], [() => 1]])('refuses %s', (value) => {
    expect(() => toJson(value)).toThrow(TypeError);
  });
});

describe('canonicalText', () => {
  it('is the same whatever the order of the names', () => {
    expect(canonicalText({ b: [{ d: 1, c: 2 }], a: null })).toBe('{"a":null,"b":[{"c":2,"d":1}]}');
  });
});

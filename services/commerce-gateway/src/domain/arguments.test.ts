import { describe, expect, it } from 'vitest';
import { readArguments } from './arguments.ts';

const name = 'commerce.setOrderStatus:1.0.0';

describe('readArguments', () => {
  it('returns what fits the catalogue; a detail may be empty', () => {
    const values = { orderId: 'o-1', status: 'paid', detail: '' };

    expect(readArguments(name, JSON.stringify(values))).toEqual(values);
  });

  it.each([
    [name, '{"status":"paid","detail":""}', 'argument orderId is no string'],
    [name, '[]', 'arguments are no JSON object'],
    [name, 'paid', 'arguments are no JSON'],
    ['commerce.burn:1.0.0', '{}', 'no function commerce.burn'],
  ])('refuses %s with %s', (functionName, text, why) => {
    expect(() => readArguments(functionName, text)).toThrow(why);
  });
});

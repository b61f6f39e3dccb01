import { describe, expect, it } from 'vitest';
import { constantOf } from './constant.ts';

describe('constantOf', () => {
  it.each(['text', 7n, false, null])('gives %s every time', (value) => {
    expect(constantOf(value)()).toBe(value);
  });

  it('gives each receiver a list of its own', () => {
    const read = constantOf([{ code: 'a' }]);

    const first = read() as { code: string }[];
    first.push({ code: 'b' });

    expect(read()).toEqual([{ code: 'a' }]);
  });
});

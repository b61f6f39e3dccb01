import { describe, expect, it } from 'vitest';
import { DecimalFault, divideRounded, formatUnits, parseUnits, toJsonNumber } from './decimal.ts';

describe('parseUnits', () => {
  it('reads texts and numbers exactly, at the scale of the currency', () => {
    expect(parseUnits('102.21', 2)).toBe(10_221n);
    expect(parseUnits(19.99, 2)).toBe(1999n);
    expect(parseUnits('1980', 0)).toBe(1980n);
    expect(parseUnits('4.125', 3)).toBe(4125n);
    expect(parseUnits('-12.5', 2)).toBe(-1250n);
    expect(parseUnits('12.500', 2)).toBe(1250n);
  });

  it('refuses what has too many decimals or is no number', () => {
    expect(() => parseUnits('10.005', 2)).toThrow(DecimalFault);
    expect(() => parseUnits('10.5', 0)).toThrow(/too many decimals/);
    expect(() => parseUnits('1e3', 2)).toThrow(/not a number/);
    expect(() => parseUnits(Number.NaN, 2)).toThrow(/not a number/);
  });
});

describe('formatUnits', () => {
  it('writes exactly the decimals of the scale', () => {
    expect(formatUnits(5n, 2)).toBe('0.05');
    expect(formatUnits(-4125n, 3)).toBe('-4.125');
    expect(formatUnits(1980n, 0)).toBe('1980');
  });
});

describe('toJsonNumber', () => {
  it('gives a number whose text is the amount', () => {
    expect(JSON.stringify(toJsonNumber(1010n, 2))).toBe('10.1');
    expect(JSON.stringify(toJsonNumber(123_456_789_012n, 3))).toBe('123456789.012');
  });
});

describe('divideRounded', () => {
  it('rounds half away from zero', () => {
    expect(divideRounded(5n, 2n)).toBe(3n);
    expect(divideRounded(-5n, 2n)).toBe(-3n);
    expect(divideRounded(4n, 3n)).toBe(1n);
  });
});

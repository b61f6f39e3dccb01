import { describe, expect, it } from 'vitest';
import { previewOfBytes, previewOfData } from './preview.ts';

describe('previewOfBytes', () => {
  it('shows what can be printed and takes card numbers out', () => {
    expect(previewOfBytes(Buffer.from('\u0000\u0007card 4111111111111111'))).toBe(
      '··card [card number]',
    );
    expect(previewOfBytes(null)).toBe('');
  });

  it('is bounded', () => {
    expect(previewOfBytes(Buffer.alloc(1_000_000, 'a')).length).toBeLessThanOrEqual(1_000);
  });
});

describe('previewOfData', () => {
  it('takes card numbers out and is bounded', () => {
    expect(previewOfData({ note: '4111 1111 1111 1111' })).toContain('[card number]');
    expect(previewOfData({ note: 'a'.repeat(9_000) }).length).toBeLessThanOrEqual(4_001);
  });
});

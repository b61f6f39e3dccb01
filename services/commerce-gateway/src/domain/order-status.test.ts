import { describe, expect, it } from 'vitest';
import { mayFollow } from './order-status.ts';

describe('mayFollow', () => {
  it.each([
    ['received', 'declined'],
    ['declined', 'in_review'],
    ['in_review', 'paid'],
    ['unpaid', 'paid'],
    ['paid', 'partially_refunded'],
    ['partially_refunded', 'partially_refunded'],
    ['partially_refunded', 'refunded'],
  ])('lets %s become %s', (current, next) => {
    expect(mayFollow(current, next)).toBe(true);
  });

  it.each([
    ['paid', 'declined'],
    ['paid', 'in_review'],
    ['paid', 'unpaid'],
    ['refunded', 'paid'],
    ['refunded', 'partially_refunded'],
  ])('does not set %s back to %s', (current, next) => {
    expect(mayFollow(current, next)).toBe(false);
  });
});

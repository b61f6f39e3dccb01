import { describe, expect, it } from 'vitest';
import { refuseCardNumbers } from './card-number-gate.ts';

const card = '4111111111111111';

function isRefused(data: unknown): boolean {
  try {
    refuseCardNumbers(data);
  } catch {
    return true;
  }
  return false;
}

describe('refuseCardNumbers', () => {
  it.each([
    [{ note: `card ${card}` }],
    [{ itemIds: { [card]: '1' } }],
    [{ arguments: JSON.stringify({ text: card }) }],
    [{ customerIds: { a: { note: card } } }],
  ])('refuses %j', (data) => {
    expect(isRefused(data)).toBe(true);
  });

  it.each([
    [{ invoiceId: card }],
    [{ item_ids: [card] }],
    [{ itemIds: { TEA: card } }],
    [{ output: JSON.stringify({ itemIds: { TEA: card }, contactId: card }) }],
  ])('leaves ids out in %j', (data) => {
    expect(isRefused(data)).toBe(false);
  });
});

import { describe, expect, it } from 'vitest';
import { movedAreas } from './live.ts';

const still = { payments: 3, deadLetters: 1, breaks: 0 };

describe('movedAreas', () => {
  it('names the areas whose counter differs, and none on the first word', () => {
    expect(movedAreas(undefined, still)).toEqual([]);
    expect(movedAreas(still, { ...still, payments: 4, breaks: 1 })).toEqual(['payments', 'breaks']);
  });
});

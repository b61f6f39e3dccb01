import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { page, pageFile } from './reference-page.ts';

describe('the reference page of the simulation', () => {
  it('is what follows from the sources: run `npm run simulate -- --write`', () => {
    expect(readFileSync(pageFile, 'utf8')).toBe(page());
  });
});

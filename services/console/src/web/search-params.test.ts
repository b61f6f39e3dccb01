import { describe, expect, it } from 'vitest';
import { breaksSearch, paymentsSearch, storySearch } from './search-params.ts';

describe('paymentsSearch', () => {
  it('keeps an order number that the router read as a number', () => {
    expect(paymentsSearch({ query: 2001, state: 'captured' })).toEqual({
      query: '2001',
      state: 'captured',
    });
  });

  it('leaves out what is empty or unknown', () => {
    expect(paymentsSearch({ query: '', state: 'no state', other: 1 })).toEqual({});
  });
});

describe('storySearch', () => {
  it('reads what is open and whether steps are shown', () => {
    expect(storySearch({ open: 'event-1', steps: true })).toEqual({ open: 'event-1', steps: true });
    expect(storySearch({ steps: 'no' })).toEqual({});
  });
});

describe('breaksSearch', () => {
  it('shows resolved breaks on wish only', () => {
    expect(breaksSearch({ resolved: 'true' })).toEqual({ resolved: true });
    expect(breaksSearch({})).toEqual({});
  });
});

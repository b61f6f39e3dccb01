import { describe, expect, it } from 'vitest';
import { joinSentence } from './sentence.ts';

const table = {
  name: 'reasons',
  isText: true,
  entries: new Map([
    ['INSUFFICIENT_FUND', 'not enough money on the account'],
    ['AVS_FAILED', 'the billing address differs'],
  ]),
};

describe('joinSentence', () => {
  it('joins several reasons into one sentence', () => {
    expect(joinSentence(['INSUFFICIENT_FUND', 'AVS_FAILED'], table)).toBe(
      'Not enough money on the account; the billing address differs.',
    );
  });

  it('spells out a code that the table does not know', () => {
    expect(joinSentence(['CARD_EXPIRED'], table)).toBe('Card expired.');
  });

  it('says a repeated reason once', () => {
    expect(joinSentence(['AVS_FAILED', 'AVS_FAILED', ''], table)).toBe(
      'The billing address differs.',
    );
  });

  it('is empty without reasons', () => {
    expect(joinSentence([], table)).toBe('');
  });
});

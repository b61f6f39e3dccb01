import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { facts } from '../testing/facts.ts';
import { parseRules } from './rules.ts';
import { scorePayment } from './score.ts';

const file = join(import.meta.dirname, '../../rules/rules.yaml');
const rules = parseRules(readFileSync(file, 'utf8'), 'rules.yaml');
const held = 'Cybersource holds the payment. The fraud rules hold the payment for review.';

describe('scorePayment with the rules of the service', () => {
  it('gives every held payment a score and a reason', () => {
    expect(scorePayment(facts({}), rules)).toEqual({ score: 30n, reasons: [held] });
  });

  it('names the strongest reason first', () => {
    const { score, reasons } = scorePayment(
      facts({
        payment: { providerScore: 71n, shippingCountry: 'NG' },
        history: { captured: 0n },
      }),
      rules,
    );

    expect(score).toBe(95n);
    expect(reasons).toEqual([
      'Cybersource scores the payment 71 of 100',
      held,
      'The card is from United Kingdom, the goods go to Nigeria',
      'The customer has not paid here before',
    ]);
  });

  it.each([
    ['40 to 69 of the provider', { payment: { providerScore: 69n } }, 45n],
    ['two declines within a day', { history: { declinedLastDay: 2n } }, 55n],
    ['one decline within a day', { history: { declinedLastDay: 1n } }, 30n],
    ['three customers on one address', { history: { customersOnAddressLastDay: 3n } }, 55n],
    ['a high amount', { payment: { amount: { minor: 50_000n, currency: 'EUR' } } }, 40n],
    ['just below a high amount', { payment: { amount: { minor: 49_999n, currency: 'EUR' } } }, 30n],
    ['a high amount in yen', { payment: { amount: { minor: 80_000n, currency: 'JPY' } } }, 40n],
    ['a small amount in yen', { payment: { amount: { minor: 50_000n, currency: 'JPY' } } }, 30n],
    ['many pieces', { order: { isKnown: true, pieces: 10n } }, 40n],
    ['another payer', { order: { isKnown: true, email: 'eve@example.com' } }, 40n],
    ['a trusted customer', { history: { captured: 3n } }, 0n],
  ])('counts %s', (_what, change, score) => {
    expect(scorePayment(facts(change), rules).score).toBe(score);
  });

  it('says what speaks for the customer as well', () => {
    const { reasons } = scorePayment(facts({ history: { captured: 7n } }), rules);

    expect(reasons).toContain('For the customer speaks: 7 payments went well before');
  });

  it('stays between 0 and 100 whatever the facts', () => {
    const whole = fc.bigInt({ min: 0n, max: 1_000n });
    fc.assert(
      fc.property(fc.record({ a: whole, b: whole, c: whole, d: whole }), ({ a, b, c, d }) => {
        const { score, reasons } = scorePayment(
          facts({
            payment: {
              providerScore: a,
              shippingCountry: 'NG',
              amount: { minor: d, currency: 'EUR' },
            },
            history: { declinedLastDay: b, customersOnAddressLastDay: c, captured: d },
          }),
          rules,
        );
        expect(score).toBeGreaterThanOrEqual(0n);
        expect(score).toBeLessThanOrEqual(100n);
        expect(reasons.length).toBeGreaterThan(0);
      }),
    );
  });
});

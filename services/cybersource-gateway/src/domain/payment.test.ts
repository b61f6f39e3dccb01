import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fact, pendingPayment } from './fixtures.ts';
import {
  applyFact,
  fitsPayment,
  stateOfStatus,
  type Payment,
  type PaymentFact,
} from './payment.ts';

const captureId = '7600846207716214404899';
const authorisedOnly = pendingPayment({ isCaptureRequested: false });

function statesAfter(payment: Payment, facts: readonly PaymentFact[]): readonly string[] {
  const states: string[] = [];
  let current = payment;
  for (const told of facts) {
    const { payment: next, changes } = applyFact(current, told);
    states.push(...changes.map((change) => change.payment.state));
    current = next;
  }
  return states;
}

describe('applyFact', () => {
  it('captures a sale as soon as it is authorised, and once', () => {
    expect(statesAfter(pendingPayment(), [fact('authorized'), fact('captured')])).toEqual([
      'captured',
    ]);
  });

  it('gives the same sequence whatever the order and however often facts arrive', () => {
    const facts = [fact('authorized'), fact('captured', { id: captureId })];
    const shuffled = fc
      .array(fc.constantFrom(...facts), { maxLength: 8 })
      .chain((extra) => fc.shuffledSubarray([...facts, ...extra], { minLength: 2 + extra.length }));

    fc.assert(
      fc.property(shuffled, (order) => {
        expect(statesAfter(authorisedOnly, order)).toEqual(['authorized', 'captured']);
        expect(statesAfter(pendingPayment(), order)).toEqual(['captured']);
      }),
    );
  });

  it('never moves backwards, whatever it is told', () => {
    const ranks = ['pending', 'in_review', 'authorized', 'captured', 'refunded', 'voided'];
    const anything = fc.constantFrom(
      ...(['in_review', 'authorized', 'captured', 'refunded', 'voided'] as const),
    );

    fc.assert(
      fc.property(fc.array(anything, { maxLength: 12 }), fc.boolean(), (states, isSale) => {
        let current = pendingPayment({ isCaptureRequested: isSale });
        for (const state of states) {
          const before = current;
          current = applyFact(current, fact(state)).payment;
          const grows = ranks.indexOf(current.state) - ranks.indexOf(before.state);
          expect(grows).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });

  it('leaves a declined or voided payment as it is', () => {
    for (const state of ['declined', 'voided'] as const) {
      const ended = pendingPayment({ state, version: 1 });
      const facts = [fact('authorized'), fact('captured'), fact('refunded'), fact('in_review')];

      expect(statesAfter(ended, facts)).toEqual([]);
    }
  });

  it('does not guess that a held sale was captured when it is accepted', () => {
    const facts = [fact('in_review'), fact('authorized'), fact('captured')];

    expect(statesAfter(pendingPayment(), facts)).toEqual(['in_review', 'authorized', 'captured']);
  });

  it('declines a held payment that is rejected', () => {
    expect(statesAfter(pendingPayment(), [fact('in_review'), fact('declined')])).toEqual([
      'in_review',
      'declined',
    ]);
  });

  it('numbers the changes and keeps what was known before', () => {
    const held = fact('in_review', { riskScore: 81, cardLast4: '1111' });
    const { payment: first } = applyFact(pendingPayment(), held);

    const { payment: second } = applyFact(first, fact('authorized'));

    expect([first.version, second.version]).toEqual([1, 2]);
    expect(second).toMatchObject({ riskScore: 81, cardLast4: '1111' });
  });

  it('gives an implied authorisation the full amount and the root of the chain', () => {
    const told = fact('captured', { id: captureId, amount: { minor: 500n, currency: 'EUR' } });

    const { changes } = applyFact(authorisedOnly, told);

    expect(changes.map(({ amount }) => amount.minor)).toEqual([1250n, 500n]);
    expect(changes[0]?.payment.transactionId).toBe(told.transaction.rootId);
  });
});

describe('fitsPayment', () => {
  it('refuses another currency, a larger amount and a negative one', () => {
    const payment = pendingPayment();
    const of = (minor: bigint, currency: string) =>
      fitsPayment(payment, fact('captured', { amount: { minor, currency } }).transaction);

    expect([of(1250n, 'EUR'), of(1n, 'EUR')]).toEqual([true, true]);
    expect([of(1251n, 'EUR'), of(1250n, 'USD'), of(-1n, 'EUR')]).toEqual([false, false, false]);
  });
});

describe('stateOfStatus', () => {
  it('knows the statuses of a payment and passes over those of later days', () => {
    expect(stateOfStatus('AUTHORIZED_PENDING_REVIEW')).toBe('in_review');
    expect(stateOfStatus('AUTHORIZED_RISK_DECLINED')).toBe('declined');
    expect(stateOfStatus('SOMETHING_NEW')).toBeUndefined();
  });
});

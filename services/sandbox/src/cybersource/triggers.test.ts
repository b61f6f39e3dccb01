import { describe, expect, it } from 'vitest';
import { describeCard } from './cards.ts';
import { decide, type TriggerFacts } from './triggers.ts';

const facts: TriggerFacts = { amountText: '52.45', hasTwoDecimals: true, skipsDecision: false };

describe('decide', () => {
  it('authorises an ordinary payment', () => {
    expect(decide(facts)).toEqual({ status: 'AUTHORIZED' });
  });

  it.each([
    ['insufficient-funds', 'INSUFFICIENT_FUND'],
    ['expired-card', 'EXPIRED_CARD'],
    ['invalid-account', 'INVALID_ACCOUNT'],
  ])('declines a card that stands for %s', (cardTrigger, reason) => {
    expect(decide({ ...facts, cardTrigger })).toMatchObject({
      status: 'DECLINED',
      refusal: { reason },
    });
  });

  it('declines the documented amounts, but only in currencies with two decimals', () => {
    expect(decide({ ...facts, amountText: '2000.00' }).status).toBe('DECLINED');
    expect(decide({ ...facts, amountText: '1005' }).refusal?.reason).toBe('PROCESSOR_DECLINED');
    expect(decide({ ...facts, amountText: '2000', hasTwoDecimals: false }).status).toBe(
      'AUTHORIZED',
    );
    expect(decide({ ...facts, amountText: '7012.00' }).status).toBe('PARTIAL_AUTHORIZED');
  });

  it('holds the review address with its risk facts and refuses the reject address', () => {
    const held = decide({ ...facts, email: 'Review@domain.com' });

    expect(held).toMatchObject({
      status: 'AUTHORIZED_PENDING_REVIEW',
      refusal: { reason: 'DECISION_PROFILE_REVIEW' },
      risk: { score: { result: '72', factorCodes: ['H', 'V', 'F'] } },
    });
    expect(held.risk?.['rules']).toHaveLength(1);
    expect(decide({ ...facts, email: 'reject@domain.com' }).status).toBe(
      'AUTHORIZED_RISK_DECLINED',
    );
  });

  it('leaves Decision Manager out when the request skips it', () => {
    const skipping = { ...facts, email: 'review@domain.com', skipsDecision: true };

    expect(decide(skipping).status).toBe('AUTHORIZED');
  });
});

describe('describeCard', () => {
  it('keeps brand, mask and trigger, never the number', () => {
    expect(describeCard('4000000000009995')).toEqual({
      maskedNumber: '400000XXXXXX9995',
      cardType: '001',
      brand: 'visa',
      trigger: 'insufficient-funds',
    });
    expect(describeCard('5555555555554444')).toMatchObject({ cardType: '002' });
    expect(describeCard('4111111111111112')).toMatchObject({ trigger: 'invalid-account' });
    expect(describeCard('abc')).toBeUndefined();
  });
});

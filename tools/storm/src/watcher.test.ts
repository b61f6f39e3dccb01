import { describe, expect, it } from 'vitest';
import { Watcher } from './watcher.ts';

function effect(state: string, epoch: string, isEnded = false): Record<string, unknown> {
  return { service: 'zoho-gateway', key: 'e', state, epoch, is_ended: isEnded };
}

function payment(state: string, version: string): Record<string, unknown> {
  return { payment_id: 'p', state, version };
}

function watcher(): Watcher {
  return new Watcher('', []);
}

describe('Watcher', () => {
  it('finds nothing in a life that goes forward', () => {
    const seen = watcher();

    seen.seeEffects([effect('SENDING', '2')]);
    seen.seeEffects([effect('SUCCEEDED', '3', true)]);
    seen.seeEffects([effect('SUCCEEDED', '3', true)]);
    seen.seePayments([payment('authorized', '1')]);
    seen.seePayments([payment('captured', '2')]);
    seen.seePayments([payment('refunded', '3')]);

    expect(seen.stepsBack).toEqual([]);
    expect([...seen.ends]).toEqual([['effect e of zoho-gateway', 'SUCCEEDED']]);
  });

  it('sees an end that is left', () => {
    const seen = watcher();

    seen.seeEffects([effect('SUCCEEDED', '3', true)]);
    seen.seeEffects([effect('UNKNOWN', '4')]);

    expect(seen.stepsBack).toEqual([expect.stringContaining('was SUCCEEDED and became UNKNOWN')]);
  });

  it('sees an epoch that shrinks', () => {
    const seen = watcher();

    seen.seeEffects([effect('SENDING', '5')]);
    seen.seeEffects([effect('SENDING', '4')]);

    expect(seen.stepsBack).toEqual([expect.stringContaining('went from 5 to 4')]);
  });

  it.each([
    ['captured', 'authorized'],
    ['declined', 'captured'],
    ['refunded', 'captured'],
  ])('sees a payment go from %s back to %s', (before, now) => {
    const seen = watcher();

    seen.seePayments([payment(before, '1')]);
    seen.seePayments([payment(now, '2')]);

    expect(seen.stepsBack).toHaveLength(1);
  });

  it('sees the version of a payment shrink', () => {
    const seen = watcher();

    seen.seePayments([payment('captured', '2')]);
    seen.seePayments([payment('captured', '1')]);

    expect(seen.stepsBack).toHaveLength(1);
  });
});

import { DependencyDown, PermanentFailure, PoisonMessage, TransientFailure } from '@sluice/failure';
import { describe, expect, it } from 'vitest';
import { planOf } from './consume.decorator.ts';
import type { OnFailure } from './consume.decorator.ts';
import { causeOf, PARKED_ATTEMPTS_MAX, verdictInPlace, verdictOnReplay } from './failure-policy.ts';
import type { ParkedRecord } from './failure-policy.ts';

function plan(onFailure: OnFailure): ReturnType<typeof planOf> {
  const types = ['sluice.payments.v1.PaymentCaptured'] as const;
  return planOf({ topic: 'payments.v1', group: 'g', types, onFailure, attemptsMax: 3 });
}

const later = new TransientFailure('LATER', 'Later.');
const muchLater = new TransientFailure('LATER', 'Later.', { retryAfterMs: 60_000 });
const never = new PermanentFailure('NEVER', 'Never.');
const poison = new PoisonMessage('POISON', 'Poison.');
const down = new DependencyDown('postgres', 'Down.');

describe('verdictInPlace', () => {
  it.each([
    ['a transient failure before its last attempt', later, 1, 'retry', 'retry'],
    ['a bug before its last attempt', new TypeError('bug'), 2, 'retry', 'retry'],
    ['a transient failure at its last attempt', later, 3, 'park', 'dead-letter'],
    ['a bug at its last attempt', new TypeError('bug'), 3, 'park', 'dead-letter'],
    ['a wait beyond the bound in place', muchLater, 1, 'park', 'retry'],
    ['a permanent failure', never, 1, 'quarantine', 'dead-letter'],
    ['poison', poison, 1, 'dead-letter', 'dead-letter'],
    [
      'a dependency that is down, however often',
      down,
      99,
      'wait-for-dependency',
      'wait-for-dependency',
    ],
  ])('decides on %s', (_, error, attempts, parking, letting) => {
    expect(verdictInPlace(error, attempts, plan('park')).kind).toBe(parking);
    expect(verdictInPlace(error, attempts, plan('dead-letter')).kind).toBe(letting);
  });

  it('waits at least as long as it is asked to, within the bound', () => {
    const asked = new TransientFailure('LATER', 'Later.', { retryAfterMs: 4_000 });

    expect(verdictInPlace(asked, 1, plan('park'))).toEqual({ kind: 'retry', delayMs: 4_000 });
    expect(verdictInPlace(muchLater, 1, plan('dead-letter'))).toEqual({
      kind: 'retry',
      delayMs: 10_000,
    });
  });
});

describe('verdictOnReplay', () => {
  const dayMs = 86_400_000;
  const after = (attempts: number, failingForMs = 0): ParkedRecord => ({
    attempts,
    failingForMs,
    retryMsMax: dayMs,
  });

  it('parks what is transient with a growing pause, however often, until the time is over', () => {
    expect(verdictOnReplay(later, after(6))).toEqual({ kind: 'park', delayMs: 10_000 });
    expect(verdictOnReplay(later, after(7))).toEqual({ kind: 'park', delayMs: 20_000 });
    expect(verdictOnReplay(later, after(5_000, dayMs - 1))).toEqual({
      kind: 'park',
      delayMs: 600_000,
    });
    expect(verdictOnReplay(later, after(30, dayMs))).toEqual({ kind: 'quarantine' });
  });

  it('parks what fails with a bug until the attempts are used up', () => {
    const bug = new TypeError('bug');

    expect(verdictOnReplay(bug, after(PARKED_ATTEMPTS_MAX - 1)).kind).toBe('park');
    expect(verdictOnReplay(bug, after(PARKED_ATTEMPTS_MAX)).kind).toBe('quarantine');
  });

  it('quarantines what never will pass', () => {
    expect(verdictOnReplay(never, after(1)).kind).toBe('quarantine');
    expect(verdictOnReplay(poison, after(1)).kind).toBe('quarantine');
    expect(verdictOnReplay(down, after(99, 9 * dayMs)).kind).toBe('wait-for-dependency');
  });
});

describe('causeOf', () => {
  it('names a bug without its digits', () => {
    const cause = causeOf(new Error('cannot read 4111111111111111'));

    expect(cause.code).toBe('UNEXPECTED_ERROR');
    expect(cause.failureClass).toBe('bug');
    expect(cause.message).not.toContain('4111111111111111');
  });
});

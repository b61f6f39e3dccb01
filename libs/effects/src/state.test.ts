import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assertSound } from './definition.ts';
import {
  type EffectState,
  canMove,
  isTerminal,
  needsPeople,
  resolve,
  transitions,
} from './state.ts';

const states = Object.keys(transitions) as EffectState[];

/** Every state that can be reached without passing through one of the walls. */
function reachable(from: EffectState, walls: readonly EffectState[] = []): Set<EffectState> {
  const seen = new Set<EffectState>();
  const open = [from];
  for (let state = open.pop(); state !== undefined; state = open.pop()) {
    for (const next of transitions[state]) {
      if (seen.has(next) || walls.includes(next)) continue;
      seen.add(next);
      open.push(next);
    }
  }
  return seen;
}

describe('transitions', () => {
  it('lead from every open state to an end', () => {
    for (const state of states.filter((open) => !isTerminal(open))) {
      expect([...reachable(state)].some(isTerminal)).toBe(true);
    }
  });

  it('never lead from an unknown outcome to sending but through a look-up or people', () => {
    const walls: EffectState[] = ['RESOLVING', 'MANUAL', 'DUPLICATE'];

    expect(reachable('UNKNOWN', walls)).not.toContain('SENDING');
  });

  it('leave what waits for people to people alone', () => {
    const fromPeople = states.filter(needsPeople).flatMap((state) => transitions[state]);

    expect(new Set(fromPeople)).toEqual(new Set(['SUCCEEDED', 'ABANDONED', 'PLANNED']));
    expect(states.filter((state) => canMove(state, 'ABANDONED')).every(needsPeople)).toBe(true);
  });

  it('reach sending from a claim only', () => {
    expect(states.filter((state) => canMove(state, 'SENDING'))).toEqual(['CLAIMED']);
  });
});

describe('resolve', () => {
  const evidence = fc.record({
    matches: fc.option(fc.array(fc.integer({ min: 0, max: 1 }), { maxLength: 3 }), {
      nil: undefined,
    }),
    isResendSafe: fc.boolean(),
  });

  it('succeeds on exactly one match that agrees, and on nothing else', () => {
    fc.assert(
      fc.property(evidence, (given) => {
        const resolution = resolve({ ...given, agrees: (amount) => amount === 1 });

        expect(resolution.to === 'SUCCEEDED').toBe(given.matches?.join() === '1');
      }),
    );
  });

  it('plans again only when nothing was found and sending again is safe', () => {
    fc.assert(
      fc.property(evidence, (given) => {
        const resolution = resolve({ ...given, agrees: () => true });

        const isAbsent = given.matches === undefined || given.matches.length === 0;
        expect(resolution.to === 'PLANNED').toBe(isAbsent && given.isResendSafe);
      }),
    );
  });

  it('calls more than one match a duplicate', () => {
    const resolution = resolve({ matches: [1, 1], agrees: () => true, isResendSafe: true });

    expect(resolution).toEqual({ to: 'DUPLICATE', code: 'EFFECT_FOUND_TWICE' });
  });
});

describe('assertSound', () => {
  const send = (): Promise<string> => Promise.resolve('sent');

  it('refuses a kind that could be sent twice without proof', () => {
    expect(() => assertSound({ kind: 'ticket', effectClass: 'C', send, resendSafe: true })).toThrow(
      'look-up',
    );
    expect(() => assertSound({ kind: 'mail', effectClass: 'D', send, resendSafe: true })).toThrow(
      'never',
    );
  });

  it('accepts a mail that is sent at most once', () => {
    expect(() =>
      assertSound({ kind: 'mail', effectClass: 'D', send, resendSafe: false }),
    ).not.toThrow();
  });
});

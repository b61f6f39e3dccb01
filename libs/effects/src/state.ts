/** Where an effect stands. */
export type EffectState =
  | 'PLANNED'
  | 'CLAIMED'
  | 'SENDING'
  | 'UNKNOWN'
  | 'RESOLVING'
  | 'DUPLICATE'
  | 'MANUAL'
  | 'SUCCEEDED'
  | 'REJECTED'
  | 'ABANDONED';

/** Every step an effect may take; the store refuses all others. */
export const transitions: Readonly<Record<EffectState, readonly EffectState[]>> = {
  PLANNED: ['CLAIMED', 'MANUAL'],
  CLAIMED: ['SENDING', 'PLANNED'],
  SENDING: ['SUCCEEDED', 'REJECTED', 'PLANNED', 'UNKNOWN'],
  UNKNOWN: ['RESOLVING', 'MANUAL'],
  RESOLVING: ['SUCCEEDED', 'REJECTED', 'PLANNED', 'UNKNOWN', 'DUPLICATE', 'MANUAL'],
  DUPLICATE: ['SUCCEEDED', 'ABANDONED', 'PLANNED'],
  MANUAL: ['SUCCEEDED', 'ABANDONED', 'PLANNED'],
  SUCCEEDED: [],
  REJECTED: [],
  ABANDONED: [],
};

/** True when nothing will ever change the effect again. */
export function isTerminal(state: EffectState): boolean {
  return transitions[state].length === 0;
}

/** True when only people can move the effect. */
export function needsPeople(state: EffectState): state is 'DUPLICATE' | 'MANUAL' {
  return state === 'DUPLICATE' || state === 'MANUAL';
}

/** True when the effect may be moved from one state to the other. */
export function canMove(from: EffectState, to: EffectState): boolean {
  return transitions[from].includes(to);
}

/** What is known when an unknown outcome is resolved. */
export interface Evidence<O> {
  /** What the provider holds for the key; undefined when there is no way to look. */
  readonly matches: readonly O[] | undefined;
  /** Whether the one match is what was asked for, to the minor unit. */
  readonly agrees: (output: O) => boolean;
  /** Whether the provider would recognise a second request as the same one, or absence is proof. */
  readonly isResendSafe: boolean;
}

/** Where an unknown outcome leads. */
export type Resolution<O> =
  | { readonly to: 'SUCCEEDED'; readonly output: O }
  | { readonly to: 'PLANNED' | 'DUPLICATE' | 'MANUAL'; readonly code: string };

/**
 * Decides what an unknown outcome was. It never guesses: whatever is not proven goes to people.
 */
export function resolve<O>({ matches, agrees, isResendSafe }: Evidence<O>): Resolution<O> {
  if (matches !== undefined && matches.length > 1) {
    return { to: 'DUPLICATE', code: 'EFFECT_FOUND_TWICE' };
  }
  const match = matches?.[0];
  if (matches !== undefined && matches.length === 1) {
    const output = match as O;
    return agrees(output)
      ? { to: 'SUCCEEDED', output }
      : { to: 'MANUAL', code: 'EFFECT_FOUND_DIFFERENT' };
  }
  return isResendSafe
    ? { to: 'PLANNED', code: 'EFFECT_ABSENT' }
    : { to: 'MANUAL', code: 'EFFECT_UNPROVEN' };
}

import type { Facts } from './facts.ts';
import type { RuleSet } from './rules.ts';

/** A score with what led to it. */
export interface Score {
  /** 0 (safe) to 100 (surely fraud). */
  readonly score: bigint;
  /** One sentence per rule that applied, strongest first, whichever way it points. */
  readonly reasons: readonly string[];
}

const scoreMax = 100;

/** Scores a payment: the points of every rule that applies, cut to 0-100. */
export function scorePayment(facts: Facts, { rules }: RuleSet): Score {
  const applied = rules.filter((rule) => rule.applies(facts));
  const sum = applied.reduce((total, rule) => total + rule.points, 0);
  return {
    score: BigInt(Math.min(scoreMax, Math.max(0, sum))),
    reasons: applied
      .toSorted((left, right) => Math.abs(right.points) - Math.abs(left.points))
      .map((rule) => rule.reason(facts)),
  };
}

import type { Violation } from '../protocol.ts';
import type { History } from '../scene/history.ts';
import { effectRules } from './effect-rules.ts';
import { type Evidence, gather } from './evidence.ts';
import { messageRules } from './message-rules.ts';
import { moneyRules } from './money-rules.ts';

/** What an invariant finds wrong, one sentence each. */
export type Rule = (evidence: Evidence) => readonly string[];

/** Invariants by their number on the reference page. */
const rules: readonly (readonly [invariant: number, rule: Rule])[] = [
  ...moneyRules,
  ...effectRules,
  ...messageRules,
];

const detailsMax = 5;

/** Judges a history by what is left of it: ledgers, tables and topics. */
export async function check(history: History): Promise<readonly Violation[]> {
  const evidence = await gather(history);
  const uncaught = history.world.troubles.map((detail) => ({ invariant: 0, detail }));
  const broken = rules.flatMap(([invariant, rule]) =>
    rule(evidence)
      .slice(0, detailsMax)
      .map((detail) => ({ invariant, detail })),
  );
  return [...uncaught, ...broken];
}

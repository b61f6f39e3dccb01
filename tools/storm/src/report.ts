import type { FaultKind } from './fault-plan.ts';
import type { FaultCounts } from './fault-runner.ts';
import type { Journal } from './journal.ts';
import type { Verdict } from './invariants.ts';

/** What a storm did and found, as it is printed with `--json`. */
export interface StormReport {
  readonly seed: number;
  readonly stormSeconds: number;
  /** From the last fault until nothing was on its way any more. */
  readonly healSeconds: number;
  readonly orders: {
    readonly asked: number;
    readonly acknowledged: number;
    readonly refundsAcknowledged: number;
  };
  readonly faults: Readonly<Partial<Record<FaultKind, number>>>;
  readonly faultsInAll: number;
  /** Left out because their target suffered from earlier faults until the end. */
  readonly faultsPassedOver: number;
  /** Faults that this machine cannot have, and faults that could not be done, in words. */
  readonly notDone: readonly string[];
  readonly invariants: readonly {
    readonly number: number;
    readonly sentence: string;
    readonly checked: number;
    readonly violations: number;
  }[];
  readonly invariantsChecked: number;
  readonly lost: number;
  readonly doubled: number;
  readonly violations: readonly string[];
  /** Effects that wait for people; allowed, and worth a look. */
  readonly waitingForPeople: number;
  /** Where data and logs are, when they were kept. */
  readonly folder?: string;
}

/** What a report is made of. */
export interface Findings {
  readonly seed: number;
  readonly stormMs: number;
  readonly healMs: number;
  readonly journal: Journal;
  readonly counts: FaultCounts;
  readonly notPossible: readonly string[];
  readonly verdicts: readonly Verdict[];
  readonly waitingForPeople: number;
}

export function reportOf(findings: Findings): StormReport {
  const { seed, stormMs, healMs, journal, counts, notPossible, verdicts } = findings;
  const found = verdicts.flatMap(({ number, violations }) =>
    violations.map((text) => ({ number, text })),
  );
  const unproven = verdicts
    .filter(({ checked }) => checked === 0)
    .map(({ number }) => `unproven: nothing was there to check invariant ${number} by`);
  const beginning = (word: string): number =>
    new Set(found.map(({ text }) => text).filter((text) => text.startsWith(`${word}:`))).size;
  return {
    seed,
    stormSeconds: Math.round(stormMs / 1_000),
    healSeconds: Math.round(healMs / 1_000),
    orders: {
      asked: journal.orders.length,
      acknowledged: journal.acknowledgedOrders().length,
      refundsAcknowledged: journal.refunds.filter((each) => each.acknowledged !== undefined).length,
    },
    faults: counts.injected,
    faultsInAll: Object.values(counts.injected).reduce((sum, count) => sum + count, 0),
    faultsPassedOver: counts.passedOver,
    notDone: [...notPossible, ...counts.troubles],
    invariants: verdicts.map(({ number, sentence, checked, violations }) => ({
      number,
      sentence,
      checked,
      violations: violations.length,
    })),
    invariantsChecked: verdicts.length,
    lost: beginning('lost'),
    doubled: beginning('doubled'),
    violations: [...found.map(({ number, text }) => `${number}. ${text}`), ...unproven],
    waitingForPeople: findings.waitingForPeople,
  };
}

/** The report for a person. */
export function describeReport(report: StormReport): string {
  const { orders, faults } = report;
  const kinds = Object.entries(faults).map(
    ([kind, count]) => `  ${String(count).padStart(4)}  ${kind}`,
  );
  const judged = report.invariants.map(
    ({ number, sentence, checked, violations }) =>
      `  ${violations === 0 ? '✓' : '✗'} ${String(number).padStart(2)}  ${sentence} (${checked})`,
  );
  return [
    `Seed ${report.seed}: ${report.stormSeconds} s of storm, quiet ${report.healSeconds} s after it.`,
    `Orders: ${orders.asked} asked for, ${orders.acknowledged} acknowledged, ${orders.refundsAcknowledged} refunded.`,
    `Faults: ${report.faultsInAll}, and ${report.faultsPassedOver} passed over.`,
    ...kinds.toSorted().toReversed(),
    ...report.notDone.map((text) => `  not done: ${text}`),
    'Invariants, with the number of things looked at:',
    ...judged,
    `Effects that wait for people: ${report.waitingForPeople}.`,
    `Lost ${report.lost}, doubled ${report.doubled}, violations ${report.violations.length}.`,
    ...report.violations.map((text) => `  ${text}`),
    ...(report.folder === undefined ? [] : [`Data and logs: ${report.folder}`]),
    '',
  ].join('\n');
}

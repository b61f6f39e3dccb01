import { createHash } from 'node:crypto';
import type { SeedReport, Violation } from './protocol.ts';

/** The seed whose history is tampered with: it must be reported as broken, or the alarm is. */
export const canarySeed = 0;

/** What a run of the simulation found. */
export interface Summary {
  readonly seeds: number;
  readonly from: number;
  readonly violations: readonly (Violation & { readonly seed: number })[];
  readonly durationMs: number;
  readonly faultsInjected: Readonly<Record<string, number>>;
  /** Hash of all histories: the same for the same seeds, on any machine, in any number of processes. */
  readonly digest: string;
  /** True when the tampered history was reported as broken. */
  readonly canaryCaught: boolean;
}

/** Sums reports up. The canary's violations are no violations, and its silence is a failure. */
export function summarize(
  reports: readonly SeedReport[],
  asked: { readonly seeds: number; readonly from: number; readonly durationMs: number },
): Summary {
  const isWanted = ({ seed }: SeedReport): boolean =>
    seed >= asked.from && seed < asked.from + asked.seeds;
  const wanted = reports.filter(isWanted).toSorted((one, other) => one.seed - other.seed);
  const faults = new Map<string, number>();
  for (const [kind, count] of wanted.flatMap((report) => Object.entries(report.faults))) {
    faults.set(kind, (faults.get(kind) ?? 0) + count);
  }
  const canary = reports.find(({ seed }) => seed === canarySeed);
  return {
    ...asked,
    seeds: wanted.length,
    violations: wanted.flatMap(({ seed, violations }) =>
      violations.map((violation) => ({ seed, ...violation })),
    ),
    faultsInjected: Object.fromEntries([...faults].toSorted(([a], [b]) => (a < b ? -1 : 1))),
    digest: digestOf(wanted),
    canaryCaught: (canary?.violations.length ?? 0) > 0,
  };
}

function digestOf(reports: readonly SeedReport[]): string {
  const hash = createHash('sha256');
  for (const { seed, digest } of reports) hash.update(`${seed} ${digest}\n`);
  return hash.digest('hex');
}

/** True when nothing was found and the alarm works. */
export function isGood({ violations, canaryCaught }: Summary): boolean {
  return violations.length === 0 && canaryCaught;
}

/** The summary for people. */
export function textOf(summary: Summary): string {
  const { seeds, from, violations, durationMs, faultsInjected, canaryCaught } = summary;
  const broken = [...new Set(violations.map(({ seed }) => seed))];
  const faults = Object.entries(faultsInjected).map(([kind, count]) => `  ${count} × ${kind}`);
  return [
    `${seeds} seeds from ${from} in ${(durationMs / 1000).toFixed(1)} s, faults injected:`,
    ...faults,
    ...violations.map(
      ({ seed, invariant, detail }) => `seed ${seed}: invariant ${invariant}: ${detail}`,
    ),
    ...broken.map((seed) => `replay: npm run simulate -- --seeds 1 --from ${seed} --history`),
    canaryCaught ? 'The canary was caught.' : 'The canary was NOT caught: the alarm is broken.',
    violations.length === 0
      ? 'No invariant was broken.'
      : `${broken.length} seeds broke an invariant.`,
    '',
  ].join('\n');
}

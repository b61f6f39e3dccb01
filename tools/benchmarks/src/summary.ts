import type { Benchmark, Goal } from './benchmark.ts';
import { measureOf, summarizeGoal, type GoalSummary } from './goals.ts';
import type { Machine } from './machine.ts';
import type { VariantSamples } from './run-rounds.ts';
import { spreadOf, type Spread } from './statistics.ts';

/** A baseline that differs more from itself proves nothing about others. */
export const baselineSpreadMax = 2;

/** With fewer rounds figures are shown and never published. */
export const roundsMin = 5;

/** Figures of one variant over all rounds. */
export interface VariantSummary {
  readonly name: string;
  readonly isBaseline: boolean;
  readonly events: number;
  readonly ratePerSecond?: Spread;
  readonly cpuMicrosByProcess: Readonly<Record<string, Spread>>;
  readonly figures: Readonly<Record<string, Spread>>;
}

/** What a benchmark says in the end. */
export interface Summary {
  readonly name: string;
  readonly workload: string;
  readonly baselines: string;
  readonly unit: string;
  readonly rounds: number;
  readonly measuredAt: string;
  readonly machine: Machine;
  readonly loadAverageBefore: number;
  readonly loadAverageAfter: number;
  /** From the first preparation to the last check. */
  readonly tookSeconds: number;
  /** Why there is no figure; empty when the figures hold. */
  readonly refusals: readonly string[];
  readonly variants: readonly VariantSummary[];
  readonly goals: readonly GoalSummary[];
}

/** What a summary is made from, besides the samples. */
export interface SummaryContext {
  readonly benchmark: Benchmark;
  readonly goals: readonly Goal[];
  readonly rounds: number;
  readonly measuredAt: Date;
  readonly machine: Machine;
  readonly loadAverageBefore: number;
  readonly loadAverageAfter: number;
  readonly tookSeconds: number;
}

/**
 * Sums samples up. There are no figures at all when a run left wrong counts, duplicates or a wrong
 * order behind, or when a baseline differs from itself by more than a factor of two in what it is
 * compared by.
 */
export function summarize(results: readonly VariantSamples[], context: SummaryContext): Summary {
  const { benchmark, goals, measuredAt, ...conditions } = context;
  const { name, workload, baselines, unit } = benchmark;
  const faults = faultsOf(results);
  const refusals = faults.length > 0 ? faults : wideBaselines(results, goals);
  const hasFigures = refusals.length === 0;
  return {
    name,
    workload,
    baselines,
    unit,
    ...conditions,
    measuredAt: measuredAt.toISOString(),
    refusals,
    variants: hasFigures ? results.map(summarizeVariant) : [],
    goals: hasFigures ? goals.map((goal) => summarizeGoal(goal, results)) : [],
  };
}

function faultsOf(results: readonly VariantSamples[]): string[] {
  return results.flatMap(({ variant, samples }) =>
    samples.flatMap(({ faults }) => faults.map((fault) => `${variant.name}: ${fault}`)),
  );
}

function wideBaselines(results: readonly VariantSamples[], goals: readonly Goal[]): string[] {
  return results
    .filter(({ variant, samples }) => variant.isBaseline && samples.length > 0)
    .flatMap(({ variant: { name }, samples }) => {
      const compared = goals.filter(({ of, to }) => to !== undefined && [of, to].includes(name));
      return [...new Set(compared.map(({ measure }) => measure))].flatMap((measure) => {
        const { min, max } = spreadOf(samples.map((sample) => measureOf(sample, measure)));
        // Where nothing can be read, nothing differs.
        if (max <= min * baselineSpreadMax) return [];
        return [`the ${measure} of ${name} differs by a factor of ${(max / min).toFixed(1)}`];
      });
    });
}

function summarizeVariant({ variant, samples }: VariantSamples): VariantSummary {
  const rates = samples.flatMap(({ ratePerSecond }) => ratePerSecond ?? []);
  return {
    name: variant.name,
    isBaseline: variant.isBaseline,
    events: variant.events,
    ...(rates.length === 0 ? {} : { ratePerSecond: spreadOf(rates) }),
    cpuMicrosByProcess: spreadsOf(samples.map(({ cpuMicrosByProcess }) => cpuMicrosByProcess)),
    figures: spreadsOf(samples.map(({ figures }) => figures ?? {})),
  };
}

function spreadsOf(rounds: readonly Readonly<Record<string, number>>[]): Record<string, Spread> {
  const names = Object.keys(rounds[0] ?? {});
  return Object.fromEntries(
    names.map((name) => [name, spreadOf(rounds.map((round) => round[name] ?? 0))]),
  );
}

import type { Benchmark, PreparedBenchmark, RatioGoal, Sample } from './benchmark.ts';
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
  readonly ratePerSecond: Spread;
  readonly cpuMicrosByProcess: Readonly<Record<string, Spread>>;
}

/** A ratio over all rounds, beside its target. */
export interface RatioSummary extends RatioGoal {
  readonly value: Spread;
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
  /** Why there is no figure; empty when the figures hold. */
  readonly refusals: readonly string[];
  readonly variants: readonly VariantSummary[];
  readonly ratios: readonly RatioSummary[];
}

/** What a summary is made from, besides the samples. */
export interface SummaryContext {
  readonly benchmark: Benchmark;
  readonly ratios: PreparedBenchmark['ratios'];
  readonly rounds: number;
  readonly measuredAt: Date;
  readonly machine: Machine;
  readonly loadAverageBefore: number;
  readonly loadAverageAfter: number;
}

/**
 * Sums samples up. There are no figures at all when a run left wrong counts, duplicates or a wrong
 * order behind, or when a baseline's rates differ by more than a factor of two among themselves.
 */
export function summarize(results: readonly VariantSamples[], context: SummaryContext): Summary {
  const { name, workload, baselines, unit } = context.benchmark;
  const refusals = [...faultsOf(results), ...wideBaselines(results)];
  const hasFigures = refusals.length === 0;
  return {
    name,
    workload,
    baselines,
    unit,
    rounds: context.rounds,
    measuredAt: context.measuredAt.toISOString(),
    machine: context.machine,
    loadAverageBefore: context.loadAverageBefore,
    loadAverageAfter: context.loadAverageAfter,
    refusals,
    variants: hasFigures ? results.map(summarizeVariant) : [],
    ratios: hasFigures ? context.ratios.map((goal) => summarizeRatio(goal, results)) : [],
  };
}

function faultsOf(results: readonly VariantSamples[]): string[] {
  return results.flatMap(({ variant, samples }) =>
    samples.flatMap(({ faults }) => faults.map((fault) => `${variant.name}: ${fault}`)),
  );
}

function wideBaselines(results: readonly VariantSamples[]): string[] {
  return results
    .filter(({ variant, samples }) => variant.isBaseline && samples.length > 0)
    .flatMap(({ variant, samples }) => {
      const { min, max } = spreadOf(samples.map(({ ratePerSecond }) => ratePerSecond));
      const factor = max / min;
      if (factor <= baselineSpreadMax) return [];
      return [`the rates of ${variant.name} differ by a factor of ${factor.toFixed(1)}`];
    });
}

function summarizeVariant({ variant, samples }: VariantSamples): VariantSummary {
  const processes = Object.keys(samples[0]?.cpuMicrosByProcess ?? {});
  const cpuOf = (process: string): Spread =>
    spreadOf(samples.map(({ cpuMicrosByProcess }) => cpuMicrosByProcess[process] ?? 0));
  return {
    name: variant.name,
    isBaseline: variant.isBaseline,
    events: variant.events,
    ratePerSecond: spreadOf(samples.map(({ ratePerSecond }) => ratePerSecond)),
    cpuMicrosByProcess: Object.fromEntries(processes.map((name) => [name, cpuOf(name)])),
  };
}

/** Divides round by round: both sides of a ratio saw the same machine. */
function summarizeRatio(goal: RatioGoal, results: readonly VariantSamples[]): RatioSummary {
  const above = samplesNamed(results, goal.of);
  const below = samplesNamed(results, goal.to);
  const values = above.map(
    ({ ratePerSecond }, index) => ratePerSecond / (below[index]?.ratePerSecond ?? Number.NaN),
  );
  return { ...goal, value: spreadOf(values) };
}

function samplesNamed(results: readonly VariantSamples[], name: string): readonly Sample[] {
  const found = results.find(({ variant }) => variant.name === name);
  if (found === undefined) throw new Error(`No variant is named ${name}.`);
  return found.samples;
}

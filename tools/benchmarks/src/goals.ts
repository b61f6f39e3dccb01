import type { Goal, Sample } from './benchmark.ts';
import type { VariantSamples } from './run-rounds.ts';
import { spreadOf, type Spread } from './statistics.ts';

/** A goal beside what was measured over all rounds; the median decides. */
export interface GoalSummary extends Goal {
  readonly value: Spread;
  readonly isMet: boolean;
}

/** What a sample says of a measure. @throws Error for a measure that it does not have. */
export function measureOf(sample: Sample, measure: string): number {
  const value = measure === 'CPU' ? cpuOf(sample) : figureOf(sample, measure);
  if (value === undefined) throw new Error(`No sample tells the ${measure}.`);
  return value;
}

function figureOf(sample: Sample, measure: string): number | undefined {
  return measure === 'rate' ? sample.ratePerSecond : sample.figures?.[measure];
}

function cpuOf({ cpuMicrosByProcess }: Sample): number {
  return Object.values(cpuMicrosByProcess).reduce((sum, micros) => sum + micros, 0);
}

/** Takes ratios round by round: both sides of a ratio saw the same machine. */
export function summarizeGoal(goal: Goal, results: readonly VariantSamples[]): GoalSummary {
  const above = samplesNamed(results, goal.of);
  const below = goal.to === undefined ? undefined : samplesNamed(results, goal.to);
  const values = above.map((sample, round) => {
    const own = measureOf(sample, goal.measure);
    const other = below?.[round];
    return other === undefined ? own : own / measureOf(other, goal.measure);
  });
  const value = spreadOf(values);
  const { bound, target } = goal;
  const isMet = bound === 'at least' ? value.median >= target : value.median <= target;
  return { ...goal, value, isMet };
}

/** Words for how far a goal was missed; undefined when it is met. */
export function missOf({ isMet, bound, target, value }: GoalSummary): string | undefined {
  if (isMet) return undefined;
  const part = bound === 'at least' ? 1 - value.median / target : value.median / target - 1;
  return `missed by ${Math.ceil(part * 100)} %`;
}

function samplesNamed(results: readonly VariantSamples[], name: string): readonly Sample[] {
  const found = results.find(({ variant }) => variant.name === name);
  if (found === undefined) throw new Error(`No variant is named ${name}.`);
  return found.samples;
}

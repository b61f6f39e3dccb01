import type { Goal, Sample } from '../benchmark.ts';
import type { VariantSamples } from '../run-rounds.ts';
import { summarize, type Summary, type SummaryContext } from '../summary.ts';

/** Asks for a ratio of 4. */
export const goal: Goal = {
  measure: 'rate',
  of: 'ours',
  to: 'theirs',
  bound: 'at least',
  target: 4,
};

/** A context for summaries that measure nothing. */
export const context: SummaryContext = {
  benchmark: {
    name: 'demo',
    workload: 'Nothing is done.',
    baselines: 'nothing at all',
    unit: 'events',
    eventsDefault: 1,
    prepare: () => Promise.reject(new Error('is never prepared')),
  },
  goals: [goal],
  rounds: 5,
  measuredAt: new Date('2026-01-15T12:00:00Z'),
  machine: { cores: 2, processor: 'P', system: 'linux x64', versions: { Node: '24' } },
  loadAverageBefore: 0.5,
  loadAverageAfter: 1.5,
  tookSeconds: 30,
};

/** Samples of a variant from its rates, one a round. */
export function samplesOf(
  name: string,
  rates: readonly number[],
  overrides: Partial<Sample> = {},
): VariantSamples {
  const variant = {
    name,
    isBaseline: name === 'theirs',
    events: 10,
    run: () => Promise.reject(new Error('is never run')),
  };
  const samples = rates.map((ratePerSecond) => ({
    ratePerSecond,
    cpuMicrosByProcess: { server: 5 },
    faults: [],
    ...overrides,
  }));
  return { variant, samples };
}

/** A summary whose ratio is 8. */
export function goodSummary(overrides: Partial<Summary> = {}): Summary {
  const results = [samplesOf('ours', [800, 700, 900]), samplesOf('theirs', [100, 100, 90])];
  return { ...summarize(results, context), ...overrides };
}

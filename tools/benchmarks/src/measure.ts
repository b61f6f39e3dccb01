import type { Benchmark } from './benchmark.ts';
import type { BenchmarkStack } from './benchmark-stack.ts';
import { describeMachine, loadAverage } from './machine.ts';
import { runRounds } from './run-rounds.ts';
import { summarize, type Summary } from './summary.ts';

/** How a benchmark is run. */
export interface MeasureOptions {
  /** Size of a run; the benchmark's own default when absent. */
  readonly events: number | undefined;
  readonly rounds: number;
  /** Leaves the baselines out, which a profile of the product does not need. */
  readonly isProductOnly: boolean;
  /** Told about every run as it ends. */
  readonly tell: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Prepares a benchmark, runs its rounds and sums them up. */
export async function measure(
  benchmark: Benchmark,
  stack: BenchmarkStack,
  options: MeasureOptions,
): Promise<Summary> {
  const { rounds, events, tell, signal, isProductOnly } = options;
  const startedMs = performance.now();
  const prepared = await benchmark.prepare(stack, events ?? benchmark.eventsDefault);
  try {
    const measuredAt = new Date();
    const machine = await describeMachine(stack.running);
    const loadAverageBefore = loadAverage();
    const variants = prepared.variants.filter(({ isBaseline }) => !(isProductOnly && isBaseline));
    const results = await runRounds(variants, { rounds, tell, signal });
    return summarize(results, {
      benchmark,
      goals: isProductOnly ? [] : prepared.goals,
      rounds,
      measuredAt,
      machine,
      loadAverageBefore,
      loadAverageAfter: loadAverage(),
      tookSeconds: Math.round((performance.now() - startedMs) / 1_000),
    });
  } finally {
    await prepared.close();
  }
}

import type { BenchmarkStack } from './benchmark-stack.ts';

/** What one run of one variant has shown. */
export interface Sample {
  /** Events or requests a second, from the start to the last one done. */
  readonly ratePerSecond: number;
  /** CPU time of each process, in microseconds an event; empty where it cannot be read. */
  readonly cpuMicrosByProcess: Readonly<Record<string, number>>;
  /** What was found wrong after the run: counts, duplicates, order. Empty when all is right. */
  readonly faults: readonly string[];
}

/** One way to do the work; variants take turns. */
export interface Variant {
  readonly name: string;
  /** A baseline whose own rates differ too much makes every ratio to it worthless. */
  readonly isBaseline: boolean;
  /** Events or requests of one run. */
  readonly events: number;
  /** Runs once, on data of this round's own. */
  run(round: number): Promise<Sample>;
}

/** A ratio of two variants' rates in the same round. */
export interface RatioGoal {
  readonly of: string;
  readonly to: string;
  /** What the project aims at; told beside the figure, never a reason to fail. */
  readonly target: number;
}

/** A benchmark with everything it needs running. */
export interface PreparedBenchmark {
  readonly variants: readonly Variant[];
  readonly ratios: readonly RatioGoal[];
  close(): Promise<void>;
}

/** One benchmark, as its own folder describes it. */
export interface Benchmark {
  readonly name: string;
  /** What is done, in one sentence. */
  readonly workload: string;
  /** What is compared with it, in one sentence. */
  readonly baselines: string;
  readonly unit: 'events' | 'requests';
  /** Size of one run of the fastest variants. */
  readonly eventsDefault: number;
  prepare(stack: BenchmarkStack, events: number): Promise<PreparedBenchmark>;
}

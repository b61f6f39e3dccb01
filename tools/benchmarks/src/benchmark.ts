import type { BenchmarkStack } from './benchmark-stack.ts';

/** What one run of one variant has shown. */
export interface Sample {
  /** Events or requests a second, from the start to the last one done; absent where none are counted. */
  readonly ratePerSecond?: number;
  /** CPU time of each process, in microseconds an event; empty where it cannot be read. */
  readonly cpuMicrosByProcess: Readonly<Record<string, number>>;
  /** Other figures by name, the unit last: `p99 ms`. */
  readonly figures?: Readonly<Record<string, number>>;
  /** What was found wrong after the run: counts, duplicates, order. Empty when all is right. */
  readonly faults: readonly string[];
}

/** One way to do the work; variants take turns. */
export interface Variant {
  readonly name: string;
  /** A baseline whose own figures differ too much makes every ratio to it worthless. */
  readonly isBaseline: boolean;
  /** Events or requests of one run. */
  readonly events: number;
  /** Runs once, on data of this round's own; round 0 warms up. */
  run(round: number): Promise<Sample>;
}

/** What the project aims at: a ratio of two variants in the same round, or a bound of one. */
export interface Goal {
  /** `rate`, `CPU` (of all processes, an event), or the name of one of the figures. */
  readonly measure: string;
  readonly of: string;
  /** The variant below the line; without it the figure itself has the target. */
  readonly to?: string;
  readonly bound: 'at least' | 'at most';
  readonly target: number;
}

/** A benchmark with everything it needs running. */
export interface PreparedBenchmark {
  readonly variants: readonly Variant[];
  readonly goals: readonly Goal[];
  close(): Promise<void>;
}

/** One benchmark, as its own folder describes it. */
export interface Benchmark {
  readonly name: string;
  /** What is done, in one sentence. */
  readonly workload: string;
  /** What is compared with it, in one sentence. */
  readonly baselines: string;
  /** What the size of a run counts. */
  readonly unit: string;
  /** Size of one run of the fastest variants. */
  readonly eventsDefault: number;
  prepare(stack: BenchmarkStack, events: number): Promise<PreparedBenchmark>;
}

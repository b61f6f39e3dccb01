import type { Benchmark, PreparedBenchmark } from '../benchmark.ts';
import { startNaivePath } from '../naive/naive-path.ts';
import {
  byHeaders,
  byJson,
  lastTopic,
  pidsOf,
  startProductPath,
} from '../product-path/product-path.ts';
import { pacedVariant } from '../streams/paced-variant.ts';

const rates = [50, 500, 2_000] as const;
const rateMax = Math.max(...rates);
/** Commits as fast as they can follow one another take whatever the product leaves of the processors. */
const commitEveryMs = 10;
const naiveRate = 50;
const naive = `naive Nest and TypeORM, ${naiveRate} a second`;
const naiveTopics = ['benchmark.latency.1', 'benchmark.latency.2', 'benchmark.latency.3'] as const;

/** Latency over three hops at rates that do not wait for the system. */
export const pathLatency: Benchmark = {
  name: 'path-latency',
  workload:
    'The path of path-3hop under an open loop of 50, 500 and 2,000 events a second, committed ' +
    'every 10 ms at most. Latency counts from the time at which an event was due, whether or not the system was ready ' +
    'for it, to its arrival at a reader of the last topic.',
  baselines: 'the same path as tutorials on Nest and TypeORM show it, at 50 events a second',
  unit: 'events',
  eventsDefault: 12_000,
  async prepare(stack, events): Promise<PreparedBenchmark> {
    await stack.makeTopics([...naiveTopics]);
    const [path, naivePath, tail, naiveTail] = await Promise.all([
      startProductPath(stack),
      startNaivePath(stack, naiveTopics),
      stack.openLiveTail(lastTopic, byHeaders),
      stack.openLiveTail(naiveTopics[2], byJson),
    ]);
    const seconds = events / rateMax;
    const nameAt = (rate: number): string => `Sluice, ${rate.toLocaleString('en')} a second`;
    const since = 'due' as const;
    return {
      variants: [
        ...rates.map((ratePerSecond) =>
          pacedVariant(stack, {
            name: nameAt(ratePerSecond),
            isBaseline: false,
            ratePerSecond,
            commitEveryMs,
            seconds,
            source: path.source,
            tail,
            pids: pidsOf(path),
            since,
          }),
        ),
        pacedVariant(stack, {
          name: naive,
          isBaseline: true,
          ratePerSecond: naiveRate,
          commitEveryMs,
          seconds,
          source: naivePath.source,
          tail: naiveTail,
          pids: naivePath.pids,
          since,
        }),
      ],
      goals: [{ measure: 'p99 ms', of: nameAt(2_000), bound: 'at most', target: 100 }],
      close: () => stack.stopPrograms(),
    };
  },
};

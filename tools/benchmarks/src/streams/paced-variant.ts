import { setTimeout as sleep } from 'node:timers/promises';
import type { Sample, Variant } from '../benchmark.ts';
import type { BenchmarkStack } from '../benchmark-stack.ts';
import { cpuPerEvent } from '../cpu-time.ts';
import type { PaceResult } from '../product/paced-commits.ts';
import type { Program } from '../program.ts';
import { runTag } from '../run-tag.ts';
import { percentileOf } from '../statistics.ts';
import type { LiveTail } from './live-tail.ts';
import { checkStream } from './stream-check.ts';

/** Events at fixed times, and where they come out. */
export interface PacedOptions {
  readonly name: string;
  readonly isBaseline: boolean;
  readonly ratePerSecond: number;
  readonly seconds: number;
  readonly source: Program;
  readonly tail: LiveTail;
  readonly pids: Readonly<Record<string, number>>;
  /** Latency counts from when an event was due, or from its commit. */
  readonly since: 'due' | 'commit';
  /** Least time from the beginning of a commit to the next. @default 0, as fast as commits can follow one another */
  readonly commitEveryMs?: number;
  /** Largest size of an event's value; the stream's own when absent. */
  readonly valueBytes?: number;
}

const eventsPerKey = 4;
const drainTimeoutMs = 60_000;
/** Anything that comes twice comes within this time. */
const lateMs = 300;

/** Offers events at a fixed rate, whatever becomes of earlier ones, and takes the time of each. */
export function pacedVariant(stack: BenchmarkStack, options: PacedOptions): Variant {
  const { ratePerSecond, commitEveryMs = 0, seconds, source, tail, pids } = options;
  const keys = Math.max(1, Math.round((ratePerSecond * seconds) / eventsPerKey));
  const events = keys * eventsPerKey;
  const run = async (round: number): Promise<Sample> => {
    const prefix = `${runTag()}-r${round}`;
    const plan = { prefix, keys, eventsPerKey, valueBytes: options.valueBytes ?? 0 };
    tail.clear();
    const before = stack.cpuMicros(pids);
    const pace = { count: events, ratePerSecond, commitEveryMs };
    const paced = await source.call<PaceResult>('pace', { ...plan, ...pace });
    const isDone = await tail.reached(events, drainTimeoutMs);
    const after = stack.cpuMicros(pids);
    await sleep(lateMs);
    const seen = [...tail.events];
    const late = isDone ? [] : [`only ${seen.length} of ${events} came out in time`];
    const dueAtMs = (event: number): number => paced.startedAtMs + (event * 1_000) / ratePerSecond;
    const latencies = seen.map(({ key, sequence, atMs }) => {
      const event = (sequence - 1) * keys + Number(key.slice(key.lastIndexOf('-') + 1));
      const sinceMs = options.since === 'due' ? dueAtMs(event) : paced.committedAtMs[event];
      // A relay may be faster than the news of the commit.
      return Math.max(0, atMs - (sinceMs ?? atMs));
    });
    return {
      cpuMicrosByProcess: cpuPerEvent(before, after, events),
      figures: {
        'p50 ms': percentileOf(latencies, 0.5),
        'p99 ms': percentileOf(latencies, 0.99),
        'greatest ms': percentileOf(latencies, 1),
      },
      faults: [...late, ...checkStream(seen, plan)],
    };
  };
  return { name: options.name, isBaseline: options.isBaseline, events, run };
}

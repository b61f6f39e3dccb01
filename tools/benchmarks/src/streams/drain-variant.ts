import { setTimeout as sleep } from 'node:timers/promises';
import type { KafkaMessage } from 'kafkajs';
import type { Sample, Variant } from '../benchmark.ts';
import type { BenchmarkStack } from '../benchmark-stack.ts';
import { cpuPerEvent } from '../cpu-time.ts';
import type { Program } from '../program.ts';
import { runTag } from '../run-tag.ts';
import { type SeenEvent, checkStream } from './stream-check.ts';
import type { TopicTail } from './topic-tail.ts';

/** A drain: who begins it, where it ends, and who works on it. */
export interface DrainOptions {
  readonly name: string;
  readonly isBaseline: boolean;
  readonly events: number;
  /** Size of each event's value; as small as it is when absent. */
  readonly valueBytes?: number;
  /** What else the source is told with the plan. */
  readonly fill?: Readonly<Record<string, unknown>>;
  readonly source: Program;
  readonly tail: TopicTail;
  /** Processes whose CPU time counts, by name; the source's is among them. */
  readonly pids: Readonly<Record<string, number>>;
  readonly readEvent: (message: KafkaMessage) => SeenEvent;
}

/** Of each key in a drain. */
const eventsPerKey = 4;
const drainTimeoutMs = 150_000;
/** Anything that comes twice comes within this time. */
const lateMs = 300;

/** Fills the beginning, lets it drain, and looks at what came out at the end. */
export function drainVariant(stack: BenchmarkStack, options: DrainOptions): Variant {
  const { name, isBaseline, source, tail, pids, readEvent, valueBytes = 0 } = options;
  const keys = Math.max(1, Math.round(options.events / eventsPerKey));
  const events = keys * eventsPerKey;
  const run = async (round: number): Promise<Sample> => {
    const plan = { prefix: `${runTag()}-r${round}`, keys, eventsPerKey };
    await source.call('fill', { ...plan, valueBytes, ...options.fill });
    await tail.setMark();
    const before = stack.cpuMicros(pids);
    const startedMs = performance.now();
    const going = source.call('go');
    const isDone = await tail.reached(events, drainTimeoutMs);
    const seconds = (performance.now() - startedMs) / 1_000;
    const after = stack.cpuMicros(pids);
    await going;
    await sleep(lateMs);
    const seen = (await tail.readSinceMark()).map(readEvent);
    const late = isDone ? [] : [`only ${seen.length} of ${events} came out in time`];
    return {
      ratePerSecond: events / seconds,
      cpuMicrosByProcess: cpuPerEvent(before, after, events),
      faults: [...late, ...checkStream(seen, plan)],
    };
  };
  return { name, isBaseline, events, run };
}

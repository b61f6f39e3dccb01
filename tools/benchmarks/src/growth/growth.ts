import type { Benchmark, PreparedBenchmark, Variant } from '../benchmark.ts';
import type { BenchmarkStack } from '../benchmark-stack.ts';
import { byHeaders, lastTopic, startHop, startHosted } from '../product-path/product-path.ts';
import type { Program } from '../program.ts';
import { drainVariant } from '../streams/drain-variant.ts';
import type { TopicTail } from '../streams/topic-tail.ts';

/** One corner of what is varied; everything else stays as in the middle. */
interface Corner {
  readonly name: string;
  /** Names process, topic and database of its hop; corners of one hop share it. */
  readonly hop: string;
  readonly partitions: number;
  readonly batchMax: number;
  readonly valueBytes: number;
  /** Part of the events, so that all runs take about as long. */
  readonly part: number;
}

const middle: Corner = {
  name: '6 partitions, 0.4 KB, batches of 500',
  hop: 'growth-middle',
  partitions: 6,
  batchMax: 500,
  valueBytes: 400,
  part: 1,
};
const most: Corner = { ...middle, name: '48 partitions', hop: 'growth-p48', partitions: 48 };
const corners: readonly Corner[] = [
  middle,
  { ...middle, name: '1 partition', hop: 'growth-p1', partitions: 1 },
  most,
  { ...middle, name: '2 KB', valueBytes: 2_048, part: 1 / 2 },
  { ...middle, name: '8 KB', valueBytes: 8_192, part: 1 / 8 },
  { ...middle, name: '32 KB', valueBytes: 32_768, part: 1 / 32 },
  { ...middle, name: 'batches of 100', hop: 'growth-b100', batchMax: 100 },
  { ...middle, name: 'batches of 10', hop: 'growth-b10', batchMax: 10, part: 1 / 2 },
  { ...middle, name: 'batches of 1', hop: 'growth-b1', batchMax: 1, part: 1 / 10 },
];

/** What more partitions, larger values and other batches cost. */
export const growth: Benchmark = {
  name: 'growth',
  workload:
    'Rows wait in an outbox: relay, topic, hop with inbox, upsert and outbox, relay. One thing at a time is varied: ' +
    'the partitions of the topic, the size of a value, the largest batch of the consumer.',
  baselines: 'the middle: 6 partitions, values of 0.4 KB, batches of 500',
  unit: 'events',
  eventsDefault: 16_000,
  async prepare(stack, events): Promise<PreparedBenchmark> {
    const hops = new Map<string, Corner>(corners.map((corner) => [corner.hop, corner]));
    const [source, tail, ...started] = await Promise.all([
      startHosted(stack, { program: 'product-source', database: 'growth-source' }),
      stack.openTail(lastTopic),
      ...[...hops.values()].map((corner) => startCorner(stack, corner)),
    ]);
    const programs = new Map([...hops.keys()].map((name, index) => [name, started[index]]));
    const variants = corners.map((corner) => {
      const hop = programs.get(corner.hop);
      if (hop === undefined) throw new Error(`There is no hop ${corner.hop}.`);
      return cornerVariant({ stack, source, tail, hop }, corner, events);
    });
    return {
      variants,
      goals: [{ measure: 'CPU', of: most.name, to: middle.name, bound: 'at most', target: 1.25 }],
      close: () => stack.stopPrograms(),
    };
  },
};

function topicOf({ hop }: Corner): string {
  return `benchmark.${hop}`;
}

async function startCorner(stack: BenchmarkStack, corner: Corner): Promise<Program> {
  await stack.makeTopics([topicOf(corner)], corner.partitions);
  return await startHop(stack, {
    name: corner.hop,
    topic: topicOf(corner),
    settings: { BATCH_MAX: String(corner.batchMax) },
  });
}

interface Running {
  readonly stack: BenchmarkStack;
  readonly source: Program;
  readonly tail: TopicTail;
  readonly hop: Program;
}

function cornerVariant(
  { stack, source, tail, hop }: Running,
  corner: Corner,
  events: number,
): Variant {
  return drainVariant(stack, {
    name: corner.name,
    isBaseline: corner === middle,
    events: Math.max(4, events * corner.part),
    valueBytes: corner.valueBytes,
    fill: { kind: 'captured', topic: topicOf(corner) },
    source,
    tail,
    pids: { relay: source.pid, 'hop with relay': hop.pid },
    readEvent: byHeaders,
  });
}

import type { Benchmark, PreparedBenchmark, Variant } from '../benchmark.ts';
import type { BenchmarkStack, ProgramOptions } from '../benchmark-stack.ts';
import { startNaivePath } from '../naive/naive-path.ts';
import type { Program } from '../program.ts';
import type { RawClient } from '../raw/raw-kafka.ts';
import { drainVariant } from '../streams/drain-variant.ts';
import {
  byHeaders,
  byJson,
  lastTopic,
  pidsOf,
  startProductPath,
} from '../product-path/product-path.ts';

const ours = 'Sluice';
const raw = 'raw kafkajs, no database';
const lean = 'kafkajs with our requests, no database';
const naive = 'naive Nest and TypeORM';

/** The naive path is so slow that it gets no more than it needs to run evenly. */
const naiveEvents = 400;
const rawTopics = ['benchmark.raw.1', 'benchmark.raw.2', 'benchmark.raw.3'] as const;
const leanTopics = ['benchmark.lean.1', 'benchmark.lean.2', 'benchmark.lean.3'] as const;
const naiveTopics = ['benchmark.naive.1', 'benchmark.naive.2', 'benchmark.naive.3'] as const;

/** Drains an outbox over three topics, a pure mapper and a hop with state. */
export const path3hop: Benchmark = {
  name: 'path-3hop',
  workload:
    'Rows wait in an outbox: relay, topic, pure mapper, topic, hop with inbox, upsert and outbox, relay, topic; ' +
    'six partitions each, four events a key. The mapper is the built canonical-mapper.',
  baselines:
    'the same path as tutorials on Nest and TypeORM show it (`tools/benchmarks/src/naive`), and kafkajs alone ' +
    'producing once and piping twice over three topics, in batches, without a database; for information also kafkajs ' +
    'with what the product replaces in it, doing the same. Both have Nagle’s algorithm off, which kafkajs leaves on',
  unit: 'events',
  eventsDefault: 60_000,
  async prepare(stack, events): Promise<PreparedBenchmark> {
    await stack.makeTopics([...rawTopics, ...leanTopics, ...naiveTopics]);
    const path: Path = { stack, events };
    const variants = await Promise.all([
      productPath(path),
      rawPath(path, { name: raw, client: 'stock', topics: rawTopics }),
      rawPath(path, { name: lean, client: 'product', topics: leanTopics }),
      naivePath(path),
    ]);
    return {
      variants,
      goals: [
        { measure: 'rate', of: ours, to: naive, bound: 'at least', target: 80 },
        { measure: 'rate', of: ours, to: raw, bound: 'at least', target: 0.4 },
      ],
      close: () => stack.stopPrograms(),
    };
  },
};

interface Path {
  readonly stack: BenchmarkStack;
  readonly events: number;
}

async function productPath(path: Path): Promise<Variant> {
  const { stack } = path;
  const product = await startProductPath(stack);
  return drainVariant(stack, {
    name: ours,
    isBaseline: false,
    events: path.events,
    source: product.source,
    tail: await stack.openTail(lastTopic),
    pids: pidsOf(product),
    readEvent: byHeaders,
  });
}

interface RawPath {
  readonly name: string;
  readonly client: RawClient;
  readonly topics: readonly [string, string, string];
}

async function rawPath(path: Path, { name, client, topics }: RawPath): Promise<Variant> {
  const { stack } = path;
  const [first, second, third] = topics;
  const source = await start(stack, {
    program: 'raw-source',
    name: `raw-source-${client}`,
    env: { CLIENT: client, TOPIC_TO: first },
  });
  const pipe = async (from: string, to: string): Promise<Program> =>
    await start(stack, {
      program: 'raw-pipe',
      name: `raw-pipe-${from}`,
      env: { CLIENT: client, TOPIC_FROM: from, TOPIC_TO: to },
    });
  const firstPipe = await pipe(first, second);
  const secondPipe = await pipe(second, third);
  return drainVariant(stack, {
    name,
    isBaseline: true,
    events: path.events,
    source,
    tail: await stack.openTail(third),
    pids: { producer: source.pid, 'first pipe': firstPipe.pid, 'second pipe': secondPipe.pid },
    readEvent: byHeaders,
  });
}

async function naivePath(path: Path): Promise<Variant> {
  const { stack } = path;
  const { source, pids } = await startNaivePath(stack, naiveTopics);
  return drainVariant(stack, {
    name: naive,
    isBaseline: true,
    events: Math.min(path.events, naiveEvents),
    source,
    tail: await stack.openTail(naiveTopics[2]),
    pids,
    readEvent: byJson,
  });
}

async function start(stack: BenchmarkStack, options: ProgramOptions): Promise<Program> {
  return (await stack.startProgram(options)).program;
}

import type { Benchmark, PreparedBenchmark, Variant } from '../benchmark.ts';
import type { BenchmarkStack } from '../benchmark-stack.ts';
import type { ProgramName } from '../build-programs.ts';
import { byHeaders, byJson, startHosted } from '../product-path/product-path.ts';
import { drainVariant } from '../streams/drain-variant.ts';

const ours = 'Sluice';
const naive = 'naive TypeORM relay';
const library = 'pg-transactional-outbox';
const naiveTopic = 'benchmark.drain.naive';
const libraryTopic = 'benchmark.drain.library';
const valueBytes = 400;
/** The others are so slow that they get no more than they need to run evenly. */
const naiveEvents = 1_000;
const libraryEvents = 300;

/** Rows of an outbox to Kafka, and nothing else. */
export const relayDrain: Benchmark = {
  name: 'relay-drain',
  workload:
    'Rows of 400 B wait in an outbox and go to one topic of six partitions, acknowledged by all replicas, ' +
    'four events a key, in order.',
  baselines:
    'a poller that finds, sends and saves row by row (`tools/benchmarks/src/naive`), and the package ' +
    'pg-transactional-outbox with its polling listener (`tools/benchmarks/src/pg-transactional-outbox`); ' +
    'both get a smaller backlog, which suits them',
  unit: 'events',
  eventsDefault: 200_000,
  async prepare(stack, events): Promise<PreparedBenchmark> {
    await stack.makeTopics([naiveTopic, libraryTopic]);
    const variants = await Promise.all([
      ourVariant(stack, events),
      otherVariant(stack, {
        name: naive,
        program: 'naive-source',
        topic: naiveTopic,
        events: Math.min(events, naiveEvents),
      }),
      otherVariant(stack, {
        name: library,
        program: 'pg-transactional-outbox-source',
        topic: libraryTopic,
        events: Math.min(events, libraryEvents),
      }),
    ]);
    return {
      variants,
      goals: [
        { measure: 'rate', of: ours, to: naive, bound: 'at least', target: 50 },
        { measure: 'rate', of: ours, to: library, bound: 'at least', target: 40 },
      ],
      close: () => stack.stopPrograms(),
    };
  },
};

async function ourVariant(stack: BenchmarkStack, events: number): Promise<Variant> {
  const source = await startHosted(stack, { program: 'product-source', database: 'relay-drain' });
  return drainVariant(stack, {
    name: ours,
    isBaseline: false,
    events,
    valueBytes,
    source,
    tail: await stack.openTail('cybersource.notifications.v1'),
    pids: { relay: source.pid },
    readEvent: byHeaders,
  });
}

async function otherVariant(
  stack: BenchmarkStack,
  options: { name: string; program: ProgramName; topic: string; events: number },
): Promise<Variant> {
  const { name, program, topic, events } = options;
  const env = { TOPIC_TO: topic, DATABASE_URL: await stack.makeDatabase(`drain-${program}`) };
  const { program: source } = await stack.startProgram({ program, env });
  return drainVariant(stack, {
    name,
    isBaseline: true,
    events,
    valueBytes,
    source,
    tail: await stack.openTail(topic),
    pids: { relay: source.pid },
    readEvent: byJson,
  });
}

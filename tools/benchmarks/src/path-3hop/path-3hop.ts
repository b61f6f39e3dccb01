import { Kafka, type KafkaMessage, logLevel } from 'kafkajs';
import type { Benchmark, PreparedBenchmark, Variant } from '../benchmark.ts';
import { type BenchmarkStack, type ProgramOptions, servicePid } from '../benchmark-stack.ts';
import type { Program } from '../program.ts';
import { pathVariant } from './path-variant.ts';
import type { SeenEvent } from './stream-check.ts';
import { TopicTail } from './topic-tail.ts';

const product = 'Sluice';
const raw = 'raw kafkajs, no database';
const naive = 'naive Nest and TypeORM';

/** The naive path is so slow that it gets this part of the events, and not less than it needs to run evenly. */
const naivePart = 1 / 50;
const naiveEventsMin = 200;
const eventsPerKey = 4;
const rawTopics = ['benchmark.raw.1', 'benchmark.raw.2', 'benchmark.raw.3'] as const;
const naiveTopics = ['benchmark.naive.1', 'benchmark.naive.2', 'benchmark.naive.3'] as const;
const hopDeadLetters = 'payments.v1.benchmark.request-booking.dlt';

/** Drains an outbox over three topics, a pure mapper and a hop with state. */
export const path3hop: Benchmark = {
  name: 'path-3hop',
  workload:
    'Rows wait in an outbox: relay, topic, pure mapper, topic, hop with inbox, upsert and outbox, relay, topic; ' +
    'six partitions each, four events a key. The mapper is the built canonical-mapper.',
  baselines:
    'the same path as tutorials on Nest and TypeORM show it (`tools/benchmarks/src/naive`), and kafkajs alone ' +
    'producing once and piping twice over three topics, in batches, without a database',
  unit: 'events',
  eventsDefault: 20_000,
  async prepare(stack, events): Promise<PreparedBenchmark> {
    await stack.makeTopics([...rawTopics, ...naiveTopics, hopDeadLetters]);
    const { kafkaBrokers } = stack.running;
    const brokers = kafkaBrokers.split(',');
    const kafka = new Kafka({ clientId: 'benchmark', brokers, logLevel: logLevel.NOTHING });
    const path: Path = { stack, kafka, events, tails: [] };
    const variants = [await productPath(path), await rawPath(path), await naivePath(path)];
    return {
      variants,
      ratios: [
        { of: product, to: naive, target: 80 },
        { of: product, to: raw, target: 0.4 },
      ],
      close: async () => {
        for (const tail of path.tails) await tail.close();
        await stack.stopPrograms();
      },
    };
  },
};

interface Path {
  readonly stack: BenchmarkStack;
  readonly kafka: Kafka;
  readonly events: number;
  readonly tails: TopicTail[];
}

async function productPath(path: Path): Promise<Variant> {
  const { stack } = path;
  const mapper = await stack.startService('canonical-mapper');
  const source = await startHosted(stack, 'product-source', 'benchmark-source');
  const hop = await startHosted(stack, 'product-hop', 'benchmark-hop');
  const pids = {
    relay: source.pid,
    mapper: servicePid(mapper, 'canonical-mapper'),
    'hop with relay': hop.pid,
  };
  return pathVariant(stack, {
    name: product,
    isBaseline: false,
    events: path.events,
    eventsPerKey,
    source,
    tail: await openTail(path, 'zoho.commands.v1'),
    pids,
    readEvent: byHeaders,
  });
}

async function rawPath(path: Path): Promise<Variant> {
  const { stack } = path;
  const [first, second, third] = rawTopics;
  const source = await start(stack, { program: 'raw-source', env: { TOPIC_TO: first } });
  const pipe = async (from: string, to: string): Promise<Program> =>
    await start(stack, {
      program: 'raw-pipe',
      name: `raw-pipe-${from}`,
      env: { TOPIC_FROM: from, TOPIC_TO: to },
    });
  const firstPipe = await pipe(first, second);
  const secondPipe = await pipe(second, third);
  return pathVariant(stack, {
    name: raw,
    isBaseline: true,
    events: path.events,
    eventsPerKey,
    source,
    tail: await openTail(path, third),
    pids: { producer: source.pid, 'first pipe': firstPipe.pid, 'second pipe': secondPipe.pid },
    readEvent: byHeaders,
  });
}

async function naivePath(path: Path): Promise<Variant> {
  const { stack } = path;
  const [first, second, third] = naiveTopics;
  const source = await start(stack, {
    program: 'naive-source',
    env: { TOPIC_TO: first, DATABASE_URL: await stack.makeDatabase('naive-source') },
  });
  const mapper = await start(stack, {
    program: 'naive-mapper',
    env: { TOPIC_FROM: first, TOPIC_TO: second },
  });
  const hop = await start(stack, {
    program: 'naive-hop',
    env: {
      TOPIC_FROM: second,
      TOPIC_TO: third,
      DATABASE_URL: await stack.makeDatabase('naive-hop'),
    },
  });
  return pathVariant(stack, {
    name: naive,
    isBaseline: true,
    events: Math.min(path.events, Math.max(naiveEventsMin, path.events * naivePart)),
    eventsPerKey,
    source,
    tail: await openTail(path, third),
    pids: { relay: source.pid, mapper: mapper.pid, 'hop with relay': hop.pid },
    readEvent: byJson,
  });
}

async function start(stack: BenchmarkStack, options: ProgramOptions): Promise<Program> {
  return (await stack.startProgram(options)).program;
}

/** Starts a program that stands on the product's own service host. */
async function startHosted(
  stack: BenchmarkStack,
  program: 'product-source' | 'product-hop',
  database: string,
): Promise<Program> {
  return await start(stack, {
    program,
    env: {
      DATABASE_URL: await stack.makeDatabase(database),
      HTTP_PORT: '0',
      OPS_TOKEN: stack.running.home.secrets.get('ops-token'),
    },
  });
}

async function openTail(path: Path, topic: string): Promise<TopicTail> {
  const tail = await TopicTail.open(path.kafka, topic);
  path.tails.push(tail);
  return tail;
}

function byHeaders(message: KafkaMessage): SeenEvent {
  const sequence = Number(message.headers?.['ce_subject']?.toString());
  return { key: message.key?.toString() ?? '', sequence };
}

function byJson(message: KafkaMessage): SeenEvent {
  const { version } = JSON.parse(message.value?.toString() ?? '{}') as { version?: number };
  return { key: message.key?.toString() ?? '', sequence: version ?? 0 };
}

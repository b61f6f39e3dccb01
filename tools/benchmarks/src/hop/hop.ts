import { databaseSchemaOf } from '@sluice/local-stack';
import type { Benchmark, PreparedBenchmark } from '../benchmark.ts';
import type { BenchmarkStack } from '../benchmark-stack.ts';
import { startHop } from '../product-path/product-path.ts';
import { type HopUnderLoad, hopVariant } from './hop-variant.ts';

const ours = 'Sluice';
const naive = 'naive eachMessage and TypeORM';
const row = 'prepared row at a time';
const oursTopic = 'benchmark.hop.product';
const naiveTopic = 'benchmark.hop.naive';
const rowTopic = 'benchmark.hop.row';
/** Slower hops get no more than they need to run evenly. */
const naiveEvents = 800;
const rowEvents = 10_000;

/** One consumer with inbox, own table and outbox, without its relay. */
export const hop: Benchmark = {
  name: 'hop',
  workload:
    'A consumer decodes an event, drops it when its inbox knows it, updates a row and appends an encoded command to ' +
    'its outbox; fetches hold 500 and more, 5 % are redelivered, relays are off. CPU is that of consumer and database.',
  baselines:
    'a Nest controller that finds and saves with TypeORM (`tools/benchmarks/src/naive/hop`), and one prepared statement ' +
    'for each message, partitions side by side (`tools/benchmarks/src/row-at-a-time`)',
  unit: 'events',
  eventsDefault: 40_000,
  async prepare(stack, events): Promise<PreparedBenchmark> {
    await stack.makeTopics([oursTopic, naiveTopic, rowTopic]);
    const [source, hops] = await Promise.all([
      stack.startProgram({ program: 'raw-source', env: { CLIENT: 'product' } }),
      Promise.all([startOurs(stack), startRow(stack), startNaive(stack)]),
    ]);
    const counts = [events, Math.min(events, rowEvents), Math.min(events, naiveEvents)];
    return {
      variants: hops.map((each, index) =>
        hopVariant(stack, { ...each, source: source.program, events: counts[index] ?? events }),
      ),
      goals: [
        { measure: 'CPU', of: naive, to: ours, bound: 'at least', target: 30 },
        { measure: 'CPU', of: row, to: ours, bound: 'at least', target: 4 },
      ],
      close: () => stack.stopPrograms(),
    };
  },
};

async function startOurs(stack: BenchmarkStack): Promise<HopUnderLoad> {
  const database = 'hop-product';
  const program = await startHop(stack, {
    name: database,
    topic: oursTopic,
    settings: { RELAY: 'off' },
  });
  return {
    name: ours,
    isBaseline: false,
    pid: program.pid,
    topic: oursTopic,
    format: 'wire',
    outbox: productOutbox(database),
  };
}

/** Where a hop with the product's outbox table leaves its events. */
function productOutbox(database: string): HopUnderLoad['outbox'] {
  const schema = databaseSchemaOf(database);
  return {
    sequence: `${schema}.outbox_seq_seq`,
    rows: `select aggregateid as key, (headers->>'ce_subject')::int as sequence
      from ${schema}.outbox where starts_with(aggregateid, $1) order by seq`,
  };
}

async function startRow(stack: BenchmarkStack): Promise<HopUnderLoad> {
  const database = 'hop-row';
  const { program } = await stack.startProgram({
    program: 'row-at-a-time-hop',
    env: { TOPIC_FROM: rowTopic, DATABASE_URL: await stack.makeDatabase(database) },
  });
  return {
    name: row,
    isBaseline: true,
    pid: program.pid,
    topic: rowTopic,
    format: 'wire',
    outbox: productOutbox(database),
  };
}

async function startNaive(stack: BenchmarkStack): Promise<HopUnderLoad> {
  const database = 'hop-naive';
  const { program } = await stack.startProgram({
    program: 'naive-hop',
    name: database,
    env: {
      TOPIC_FROM: naiveTopic,
      TOPIC_TO: 'benchmark.hop.nowhere',
      GROUP: database,
      RELAY: 'off',
      DATABASE_URL: await stack.makeDatabase(database),
    },
  });
  return {
    name: naive,
    isBaseline: true,
    pid: program.pid,
    topic: naiveTopic,
    format: 'json',
    outbox: {
      sequence: `${databaseSchemaOf(database)}.outbox_id_seq`,
      rows: `select key, (payload->>'version')::int as sequence
        from ${databaseSchemaOf(database)}.outbox where starts_with(key, $1) order by id`,
    },
  };
}

import { databaseSchemaOf } from '@sluice/local-stack';
import pg from 'pg';
import type { Benchmark, PreparedBenchmark, Sample, Variant } from '../benchmark.ts';
import type { BenchmarkStack } from '../benchmark-stack.ts';
import type { ProgramName } from '../build-programs.ts';
import type { Program } from '../program.ts';
import { percentileOf } from '../statistics.ts';
import type { DrainResult } from './drain-result.ts';
import { DeletedQueue, FilledOutbox } from './filled-tables.ts';

/** Size of the small table, and of what is drained from the large one. */
const smallRows = 10_000;
const drainRows = 50_000;
/** Deleting gets a tenth of the large table, because with all of it a batch takes seconds. */
const deletedPart = 1 / 10;
const deletedDrainRows = 2_500;
const batchMs = 'batch ms';

/** Batches of a relay behind few rows and behind very many. */
export const backlog: Benchmark = {
  name: 'backlog',
  workload:
    'Half the rows of an outbox have gone out, half wait, and a snapshot that is older than all of them is held open by ' +
    'a transaction that writes. A relay starts, opens its window and hands batches of 500 to a publisher that takes them ' +
    'at once; `batch ms` is the median, `first batch ms` counts from the start.',
  baselines:
    'rows that are claimed by DELETE … SKIP LOCKED, 500 at a time, after so many others have gone the same way',
  unit: 'rows',
  eventsDefault: 10_000_000,
  async prepare(stack, rows): Promise<PreparedBenchmark> {
    const small = Math.min(smallRows, Math.ceil(rows / 2));
    const admin = new pg.Client({ connectionString: stack.running.databaseUrl });
    const holder = new pg.Client({ connectionString: stack.running.databaseUrl });
    await Promise.all([admin.connect(), holder.connect()]);
    await holder.query('begin isolation level repeatable read');
    await holder.query('select pg_current_xact_id()');
    const bench: Bench = { stack, admin };
    const ours = (count: number): string => `Sluice, ${count.toLocaleString('en')} rows`;
    const variants = [
      await relayVariant(bench, { name: ours(small), size: 'small', rows: small }),
      await relayVariant(bench, { name: ours(rows), size: 'large', rows }),
      await deleteVariant(bench, { size: 'small', rows: small }),
      await deleteVariant(bench, { size: 'large', rows: Math.ceil(rows * deletedPart) }),
    ];
    return {
      variants,
      goals: [{ measure: batchMs, of: ours(rows), to: ours(small), bound: 'at most', target: 1.5 }],
      close: async () => {
        await holder.end();
        await stack.stopPrograms();
        for (const program of ['backlog-relay', 'delete-queue'] as const) {
          for (const size of ['small', 'large'] as const) {
            await admin.query(`drop schema ${schemaOf(program, size)} cascade`);
          }
        }
        await admin.end();
      },
    };
  },
};

interface Bench {
  readonly stack: BenchmarkStack;
  readonly admin: pg.Client;
}

type Size = 'small' | 'large';

async function relayVariant(
  { stack, admin }: Bench,
  { name, size, rows }: { name: string; size: Size; rows: number },
): Promise<Variant> {
  const program = await start(stack, 'backlog-relay', size);
  const outbox = new FilledOutbox(admin, schemaOf('backlog-relay', size));
  await outbox.fill(rows);
  const wanted = Math.min(drainRows, Math.floor(rows / 2));
  return {
    name,
    isBaseline: size === 'small',
    events: rows,
    run: async () => {
      await outbox.rewind();
      return sampleOf(await program.call<DrainResult>('drain', { rows: wanted }), wanted);
    },
  };
}

async function deleteVariant(
  { stack, admin }: Bench,
  { size, rows }: { size: Size; rows: number },
): Promise<Variant> {
  const program = await start(stack, 'delete-queue', size);
  const queue = new DeletedQueue(admin, schemaOf('delete-queue', size));
  await queue.fillAndDelete(rows);
  const wanted = Math.min(deletedDrainRows, Math.ceil(rows / 2));
  return {
    name: `DELETE … SKIP LOCKED, ${rows.toLocaleString('en')} rows gone`,
    isBaseline: true,
    events: rows,
    run: async () => {
      await queue.fill(wanted);
      return sampleOf(await program.call<DrainResult>('drain', { rows: wanted }), wanted);
    },
  };
}

async function start(stack: BenchmarkStack, program: ProgramName, size: Size): Promise<Program> {
  const name = `${program}-${size}`;
  const env = { DATABASE_URL: await stack.makeDatabase(name) };
  return (await stack.startProgram({ program, name, env })).program;
}

function schemaOf(program: ProgramName, size: Size): string {
  return databaseSchemaOf(`${program}-${size}`);
}

function sampleOf({ firstMs, batchesMs, faults }: DrainResult, rows: number): Sample {
  const totalMs = batchesMs.reduce((sum, each) => sum + each, firstMs);
  return {
    ratePerSecond: rows / (totalMs / 1_000),
    cpuMicrosByProcess: {},
    figures: {
      // Very few rows fit into one batch.
      [batchMs]: batchesMs.length === 0 ? firstMs : percentileOf(batchesMs, 0.5),
      'slowest later batch ms': batchesMs.length === 0 ? firstMs : percentileOf(batchesMs, 1),
      'first batch ms': firstMs,
    },
    faults,
  };
}

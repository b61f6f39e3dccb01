import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Sample, Variant } from '../benchmark.ts';
import type { BenchmarkStack } from '../benchmark-stack.ts';
import { cpuPerEvent } from '../cpu-time.ts';
import type { Program } from '../program.ts';
import { runTag } from '../run-tag.ts';
import { type SeenEvent, checkStream } from '../streams/stream-check.ts';

/** A consumer, where it reads and where it leaves what it made. */
export interface HopUnderLoad {
  readonly name: string;
  readonly isBaseline: boolean;
  readonly pid: number;
  readonly topic: string;
  readonly format: 'wire' | 'json';
  readonly outbox: {
    /** Counts appended rows; looking at it costs the database nothing. */
    readonly sequence: string;
    /** Keys and sequences of the rows whose key begins with `$1`, in the order of appending. */
    readonly rows: string;
  };
}

const redeliveredPart = 0.05;
const eventsPerKey = 4;
const lookEveryMs = 50;
const drainTimeoutMs = 150_000;
/** Anything that is handled twice is handled twice within this time. */
const lateMs = 500;

/** Sends a round's events to a hop and looks at its outbox afterwards. */
export function hopVariant(
  stack: BenchmarkStack,
  hop: HopUnderLoad & { readonly source: Program; readonly events: number },
): Variant {
  const keys = Math.max(1, Math.round(hop.events / eventsPerKey));
  const events = keys * eventsPerKey;
  const run = async (round: number): Promise<Sample> => {
    const plan = { prefix: `${runTag()}-r${round}`, keys, eventsPerKey };
    const { topic, format, source, outbox } = hop;
    await source.call('fill', { ...plan, kind: 'captured', topic, format, redeliveredPart });
    const database = new pg.Client({ connectionString: stack.running.databaseUrl });
    await database.connect();
    try {
      const appendedBefore = await lastOf(database, outbox.sequence);
      const before = stack.cpuMicros({ consumer: hop.pid });
      const startedMs = performance.now();
      const going = source.call('go');
      const isDone = await reached(database, outbox.sequence, appendedBefore + events);
      const seconds = (performance.now() - startedMs) / 1_000;
      const after = stack.cpuMicros({ consumer: hop.pid });
      await going;
      await sleep(lateMs);
      const { rows } = await database.query<SeenEvent>(outbox.rows, [`${plan.prefix}-`]);
      const late = isDone ? [] : [`only ${rows.length} of ${events} were handled in time`];
      return {
        ratePerSecond: events / seconds,
        cpuMicrosByProcess: withoutBroker(cpuPerEvent(before, after, events)),
        faults: [...late, ...checkStream(rows, plan)],
      };
    } finally {
      await database.end();
    }
  };
  return { name: hop.name, isBaseline: hop.isBaseline, events, run };
}

/** The broker also works for who sends. */
function withoutBroker(cpu: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(cpu).filter(([name]) => name !== 'broker'));
}

async function reached(database: pg.Client, sequence: string, last: number): Promise<boolean> {
  const deadlineMs = performance.now() + drainTimeoutMs;
  while ((await lastOf(database, sequence)) < last) {
    if (performance.now() > deadlineMs) return false;
    await sleep(lookEveryMs);
  }
  return true;
}

async function lastOf(database: pg.Client, sequence: string): Promise<number> {
  const sql = `select case when is_called then last_value else 0 end::text as last from ${sequence}`;
  const { rows } = await database.query<{ last: string }>(sql);
  return Number(rows[0]?.last ?? 0);
}

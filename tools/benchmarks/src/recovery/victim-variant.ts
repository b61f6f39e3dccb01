import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Sample, Variant } from '../benchmark.ts';
import type { BenchmarkStack } from '../benchmark-stack.ts';
import { byHeaders } from '../product-path/product-path.ts';
import type { Program } from '../program.ts';
import { runTag } from '../run-tag.ts';
import { type SeenEvent, checkStream } from '../streams/stream-check.ts';
import type { TopicTail } from '../streams/topic-tail.ts';
import { type CountAt, withoutRepeats, secondsToRecover } from './recovery-time.ts';

/** A process that dies and is started again. */
export interface Victim {
  readonly name: string;
  kill(): Promise<void>;
  start(): Promise<void>;
}

/** A drain in which a victim dies. */
export interface VictimOptions {
  readonly stack: BenchmarkStack;
  readonly tail: TopicTail;
  /** Table with one row a payment that counts its effects. */
  readonly bookings: string;
  readonly victim: Victim;
  readonly source: Program;
  readonly events: number;
  /** One victim is enough to compile everything, and each costs the time-outs of a group. */
  readonly isWarmUp: boolean;
}

const eventsPerKey = 4;
const killedPart = 1 / 4;
const lookEveryMs = 100;
const drainTimeoutMs = 120_000;
const startTimeoutMs = 60_000;
const startAgainMs = 250;
/** What is repeated after a death is repeated within this time. */
const quietMs = 2_000;

/** Drains, kills on the way, and looks at what came out and what was done. */
export function victimVariant(options: VictimOptions): Variant {
  const { stack, tail, victim, source } = options;
  const keys = Math.max(1, Math.round(options.events / eventsPerKey));
  const events = keys * eventsPerKey;
  const run = async (round: number): Promise<Sample> => {
    if (round === 0 && !options.isWarmUp) return { cpuMicrosByProcess: {}, faults: [] };
    const plan = { prefix: `${runTag()}-r${round}`, keys, eventsPerKey };
    await source.call('fill', plan);
    await tail.setMark();
    await source.call('go');
    const watch = new DrainWatch(tail);
    await watch.until((count) => count >= events * killedPart);
    const killedAtMs = performance.now();
    await victim.kill();
    const starting = startAgain(victim);
    // Awaited below; until then nobody else hears of a failure.
    starting.catch(() => undefined);
    await watch.until((count) => count >= events);
    await starting;
    const { seen, first } = await readWhole(tail, watch, events);
    const late =
      first.length >= events ? [] : [`only ${first.length} of ${events} came out in time`];
    return {
      cpuMicrosByProcess: {},
      figures: {
        lost: events - first.length,
        'doubled effects': await doubledEffects(stack, options.bookings, plan.prefix),
        'seconds to 90 %': secondsToRecover(watch.counts, { killedAtMs, events }),
        repeated: seen.length - first.length,
      },
      faults: [
        ...late,
        ...checkStream(first, plan),
        ...(await wrongEffects(stack, options.bookings, plan)),
      ],
    };
  };
  return { name: victim.name, isBaseline: false, events, run };
}

/** Counts what comes out while servers may be away. */
class DrainWatch {
  readonly counts: CountAt[] = [];
  private readonly tail: TopicTail;
  private readonly deadlineMs = performance.now() + drainTimeoutMs;

  constructor(tail: TopicTail) {
    this.tail = tail;
  }

  /** Resolves when enough has come out; false when the time is over. */
  async until(isEnough: (count: number) => boolean): Promise<boolean> {
    while (performance.now() < this.deadlineMs) {
      if (isEnough(await this.look())) return true;
      await sleep(lookEveryMs);
    }
    return false;
  }

  /** Resolves when nothing more has come for a while. */
  async untilQuiet(): Promise<void> {
    let last = await this.look();
    for (;;) {
      await sleep(quietMs);
      const now = await this.look();
      if (now === last) return;
      last = now;
    }
  }

  private async look(): Promise<number> {
    const last = this.counts.at(-1)?.count ?? 0;
    try {
      const count = await this.tail.countSinceMark();
      this.counts.push({ atMs: performance.now(), count });
      return count;
    } catch {
      // The broker is away, so that nothing has come out either.
      return last;
    }
  }
}

/** Everything that came out, read again as long as some of what came were repeats and more is to come. */
async function readWhole(
  tail: TopicTail,
  watch: DrainWatch,
  events: number,
): Promise<{ readonly seen: readonly SeenEvent[]; readonly first: readonly SeenEvent[] }> {
  for (;;) {
    await watch.untilQuiet();
    const seen = (await tail.readSinceMark()).map(byHeaders);
    const first = withoutRepeats(seen);
    const missing = events - first.length;
    if (missing <= 0 || !(await watch.until((count) => count >= seen.length + missing))) {
      return { seen, first };
    }
  }
}

/** A server that died may refuse to start until what it left behind is gone. */
async function startAgain(victim: Victim): Promise<void> {
  const deadlineMs = performance.now() + startTimeoutMs;
  for (;;) {
    try {
      await victim.start();
      return;
    } catch (error) {
      if (performance.now() > deadlineMs) throw error;
      await sleep(startAgainMs);
    }
  }
}

async function wrongEffects(
  stack: BenchmarkStack,
  table: string,
  plan: { prefix: string; keys: number },
): Promise<string[]> {
  const sql = `select count(*) filter (where events = ${eventsPerKey})::int as right,
    count(*) filter (where events > ${eventsPerKey})::int as doubled
    from ${table} where starts_with(payment_id, $1)`;
  const rows = await query<{ right: number; doubled: number }>(stack, sql, `${plan.prefix}-`);
  const { right = 0, doubled = 0 } = rows[0] ?? {};
  return [
    ...(right === plan.keys ? [] : [`${right} of ${plan.keys} payments have each effect once`]),
    ...(doubled === 0 ? [] : [`${doubled} payments have an effect twice`]),
  ];
}

async function doubledEffects(
  stack: BenchmarkStack,
  table: string,
  prefix: string,
): Promise<number> {
  const sql = `select coalesce(sum(greatest(events - ${eventsPerKey}, 0)), 0)::int as doubled
    from ${table} where starts_with(payment_id, $1)`;
  const rows = await query<{ doubled: number }>(stack, sql, `${prefix}-`);
  return rows[0]?.doubled ?? 0;
}

async function query<R extends pg.QueryResultRow>(
  stack: BenchmarkStack,
  sql: string,
  prefix: string,
): Promise<readonly R[]> {
  const client = new pg.Client({ connectionString: stack.running.databaseUrl });
  await client.connect();
  try {
    return (await client.query<R>(sql, [prefix])).rows;
  } finally {
    await client.end();
  }
}

import pg from 'pg';
import type { Sample, Variant } from '../benchmark.ts';
import type { BenchmarkStack } from '../benchmark-stack.ts';
import { cpuPerEvent } from '../cpu-time.ts';
import type { LoadResult } from '../load-generator/closed-loop.ts';
import type { Program } from '../program.ts';
import { type WebhookPlan, countKinds } from './webhook-plan.ts';

/** A server that takes webhooks. */
export interface Door {
  readonly name: string;
  readonly isBaseline: boolean;
  readonly port: number;
  readonly processName: string;
  readonly pid: number;
  /** Where it keeps one row a webhook, with its schema. */
  readonly table: string;
  /** What must have become of every row, where the table says so. */
  readonly outcome?: 'applied' | 'unmapped';
  /** Puts in place what the webhooks tell of. */
  seed?(plan: WebhookPlan): Promise<void>;
}

/** Who loads the doors, and with which key. */
export interface LoadContext {
  readonly stack: BenchmarkStack;
  readonly generator: Program;
  readonly keyId: string;
  readonly key: string;
}

/** Sends a round's webhooks to a door and counts replies and rows afterwards. */
export function doorVariant(
  context: LoadContext,
  door: Door,
  size: { readonly connections: number; readonly events: number },
): Variant {
  const { stack, generator, keyId, key } = context;
  const { connections, events } = size;
  const run = async (round: number): Promise<Sample> => {
    const kind = door.outcome ?? 'row';
    const plan: WebhookPlan = {
      prefix: `pay-${kind}-c${connections}-r${round}`,
      count: events,
      duplicateDistance: connections * 2,
    };
    await door.seed?.(plan);
    await generator.call('load', { ...plan, port: door.port, connections, keyId, key });
    const rowsBefore = await countRows(stack, door);
    const pids = { [door.processName]: door.pid, 'load generator': generator.pid };
    const before = stack.cpuMicros(pids);
    const result = await generator.call<LoadResult>('go');
    const after = stack.cpuMicros(pids);
    const rows = (await countRows(stack, door)) - rowsBefore;
    return {
      ratePerSecond: events / result.seconds,
      cpuMicrosByProcess: cpuPerEvent(before, after, events),
      faults: faultsOf(plan, result, rows),
    };
  };
  return { name: `${door.name}, ${connections}`, isBaseline: door.isBaseline, events, run };
}

/** What is wrong with replies and rows: every first delivery is stored once, every forged one refused. */
export function faultsOf(plan: WebhookPlan, result: LoadResult, rows: number): string[] {
  const { fresh, duplicate, forged } = countKinds(plan);
  const expected: Record<string, number> = { '200': fresh + duplicate, '401': forged };
  const statuses = new Set([...Object.keys(expected), ...Object.keys(result.byStatus)]);
  const wrong = [...statuses].flatMap((status) => {
    const found = result.byStatus[status] ?? 0;
    const wanted = expected[status] ?? 0;
    return found === wanted ? [] : [`${found} replies ${status} instead of ${wanted}`];
  });
  return rows === fresh ? wrong : [...wrong, `${rows} rows instead of ${fresh}`];
}

async function countRows(stack: BenchmarkStack, door: Door): Promise<number> {
  const client = new pg.Client({ connectionString: stack.running.databaseUrl });
  await client.connect();
  try {
    const condition = door.outcome === undefined ? '' : `where outcome = '${door.outcome}'`;
    const sql = `select count(*)::int as count from ${door.table} ${condition}`;
    const { rows } = await client.query<{ count: number }>(sql);
    return rows[0]?.count ?? 0;
  } finally {
    await client.end();
  }
}

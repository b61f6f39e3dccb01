import { randomBytes } from 'node:crypto';
import { databaseSchemaOf } from '@sluice/local-stack';
import type { Benchmark, PreparedBenchmark, Goal, Variant } from '../benchmark.ts';
import { type BenchmarkStack, servicePid } from '../benchmark-stack.ts';
import { type Door, doorVariant } from './door-variant.ts';
import { PaymentSeed } from './payment-seed.ts';

const gateway = 'cybersource-gateway';
const connectionCounts = [64, 256] as const;
const keyId = 'benchmark';

const known = 'Sluice, known payments';
const unknown = 'Sluice, unknown payments';
const naive = 'naive Nest on Express';
const bare = 'bare node:http';

/** Slower doors get fewer requests, so that all runs take about as long. */
const partOf: Readonly<Record<string, number>> = { [naive]: 1 / 4 };

/** Signed webhooks against the built gateway. */
export const ingressHttp: Benchmark = {
  name: 'ingress-http',
  workload:
    'Signed webhooks of 2 KB over 64 and 256 connections, 1 % duplicates, 1 % bad signatures, against the built ' +
    'cybersource-gateway. For known payments it does all its work: row, payment, capture, outbox, and its relay ' +
    'publishes meanwhile; for unknown ones row and outbox.',
  baselines:
    'Nest on Express with a signature guard, a validated DTO and one TypeORM row (`tools/benchmarks/src/naive/http`), ' +
    'and Node’s own server with one prepared insert (`tools/benchmarks/src/bare-http`)',
  unit: 'requests',
  eventsDefault: 8_000,
  async prepare(stack, events): Promise<PreparedBenchmark> {
    const key = randomBytes(32).toString('base64');
    const generator = (await stack.startProgram({ program: 'load-generator' })).program;
    const doors = await openDoors(stack, key);
    const variants = connectionCounts.flatMap((connections) =>
      doors.map((door): Variant => {
        const count = Math.round(events * (partOf[door.name] ?? 1));
        return doorVariant({ stack, generator, keyId, key }, door, { connections, events: count });
      }),
    );
    return { variants, goals: goals(), close: () => stack.stopPrograms() };
  },
};

function goals(): Goal[] {
  const goal = (of: string, to: string, aim: { at: number; target: number }): Goal => ({
    measure: 'rate',
    of: `${of}, ${aim.at}`,
    to: `${to}, ${aim.at}`,
    bound: 'at least',
    target: aim.target,
  });
  return [known, unknown].flatMap((of) => [
    goal(of, naive, { at: 64, target: 5 }),
    goal(of, naive, { at: 256, target: 8 }),
    goal(of, bare, { at: 64, target: 1.8 }),
    goal(of, bare, { at: 256, target: 1.8 }),
  ]);
}

async function openDoors(stack: BenchmarkStack, key: string): Promise<readonly Door[]> {
  const services = await stack.startService(gateway, {
    CYBERSOURCE_WEBHOOK_KEYS: `${keyId}:${key}`,
    SETTLEMENT_POLL_MS: '0',
  });
  const schema = databaseSchemaOf(gateway);
  const ours = {
    isBaseline: false,
    port: Number(new URL(services.urlOf(gateway)).port),
    processName: 'gateway',
    pid: servicePid(services, gateway),
    table: `${schema}.notification`,
  };
  const seed = new PaymentSeed(stack.running.databaseUrl, schema);
  return [
    { ...ours, name: known, outcome: 'applied', seed: (plan) => seed.add(plan) },
    { ...ours, name: unknown, outcome: 'unmapped' },
    await openProgram(stack, { program: 'naive-http', name: naive, key }),
    await openProgram(stack, { program: 'bare-http', name: bare, key }),
  ];
}

async function openProgram(
  stack: BenchmarkStack,
  options: { program: 'naive-http' | 'bare-http'; name: string; key: string },
): Promise<Door> {
  const { program: file, name, key } = options;
  const env = { DATABASE_URL: await stack.makeDatabase(file), WEBHOOK_KEY: key };
  const { program, ready } = await stack.startProgram({ program: file, env });
  return {
    name,
    isBaseline: true,
    port: Number(ready['port']),
    processName: 'server',
    pid: program.pid,
    table: `${databaseSchemaOf(file)}.webhook`,
  };
}

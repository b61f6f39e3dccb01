import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, availableParallelism, cpus, loadavg, platform } from 'node:os';
import pg from 'pg';
import type { RunningStack } from '@sluice/local-stack';

/** What the figures were measured on. */
export interface Machine {
  readonly cores: number;
  readonly processor: string;
  readonly system: string;
  /** By name: Node, PostgreSQL, Kafka, and the packages that matter. */
  readonly versions: Readonly<Record<string, string>>;
}

/** Looks at the machine and asks the servers for their versions. */
export async function describeMachine(stack: RunningStack): Promise<Machine> {
  return {
    cores: availableParallelism(),
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    system: `${platform()} ${arch()}`,
    versions: {
      Node: process.versions.node,
      PostgreSQL: await postgresVersion(stack.databaseUrl),
      Kafka: kafkaVersion(stack),
      kafkajs: packageVersion('kafkajs'),
      typeorm: packageVersion('typeorm'),
      'pg-transactional-outbox': packageVersion('pg-transactional-outbox'),
      '@nestjs/core': packageVersion('@nestjs/core'),
    },
  };
}

/** Processes that wanted a core in the last minute, on average. */
export function loadAverage(): number {
  return Math.round((loadavg()[0] ?? 0) * 100) / 100;
}

async function postgresVersion(databaseUrl: string): Promise<string> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ server_version: string }>('show server_version');
    return rows[0]?.server_version ?? 'unknown';
  } finally {
    await client.end();
  }
}

/** The class path names the jar, and the jar its version. */
function kafkaVersion(stack: RunningStack): string {
  const args = stack.processes.kafka?.plan.args.join(' ') ?? '';
  return /kafka_[\d.]+-(\d[\d.]*)\.jar/.exec(args)?.[1] ?? 'unknown';
}

function packageVersion(name: string): string {
  const entry = createRequire(import.meta.url).resolve(name);
  const folder = entry.slice(0, entry.lastIndexOf(`node_modules/${name}/`));
  const manifest = readFileSync(`${folder}node_modules/${name}/package.json`, 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}

import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildServices,
  defaultStackFolder,
  removeDeadStacks,
  repositoryRoot,
  startServices,
  startStack,
  type RunningServices,
  type RunningStack,
} from '@sluice/local-stack';
import {
  provisionDatabase,
  provisionSchemas,
  provisionTopics,
  readTopicCatalogue,
  type TopicCatalogue,
} from '@sluice/provision';
import { programFile, type ProgramName } from './build-programs.ts';
import { cpuMicros } from './cpu-time.ts';
import { Program } from './program.ts';

const prefix = 'bench-';
const dayMs = 24 * 60 * 60 * 1_000;
const schemaFolder = join(repositoryRoot, 'schemas');

/** How to start one of the benchmark's programs. */
export interface ProgramOptions {
  readonly program: ProgramName;
  /** Tells programs of one file apart. @default the program's name */
  readonly name?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** PostgreSQL, Kafka and the registry of one run of benchmarks, and whatever else is started for it. */
export class BenchmarkStack {
  readonly running: RunningStack;
  private readonly stops: (() => Promise<void>)[] = [];

  private constructor(running: RunningStack) {
    this.running = running;
  }

  /** Starts everything on free ports, with the product's topics and schemas in place. */
  static async start(signal: AbortSignal): Promise<BenchmarkStack> {
    await removeDeadStacks(defaultStackFolder, prefix);
    const dir = join(defaultStackFolder, `${prefix}${process.pid}`);
    const running = await startStack({ dir, parts: ['postgres', 'kafka', 'registry'], signal });
    const stack = new BenchmarkStack(running);
    try {
      const { kafkaBrokers, schemaRegistryUrl } = running;
      const catalogue = readTopicCatalogue(join(schemaFolder, 'topics.yaml'));
      await Promise.all([
        provisionTopics({ kafkaBrokers, catalogue }),
        provisionSchemas({ schemaRegistryUrl, catalogue, schemaFolder }),
      ]);
      return stack;
    } catch (error) {
      await stack.stop();
      throw error;
    }
  }

  /** Makes a schema with a role of its own; returns the URL that opens it. */
  async makeDatabase(name: string): Promise<string> {
    const password = randomBytes(24).toString('hex');
    const { databaseUrl } = this.running;
    await provisionDatabase({ databaseUrl, services: [{ serviceName: name, password }] });
    const url = new URL(databaseUrl);
    url.username = name.replaceAll('-', '_');
    url.password = password;
    return url.href;
  }

  /** Makes topics of as many partitions as the product's own. */
  async makeTopics(names: readonly string[]): Promise<void> {
    const sizes = { partitions: 6, retentionMs: dayMs, messageBytesMax: 1_048_576 };
    const deadLetters = names.map((name) => ({ name, ...sizes }));
    const catalogue: TopicCatalogue = { topics: [], deadLetters };
    await provisionTopics({ kafkaBrokers: this.running.kafkaBrokers, catalogue });
  }

  /** Starts a program and waits until it is ready. */
  async startProgram(
    options: ProgramOptions,
  ): Promise<{ readonly program: Program; readonly ready: Readonly<Record<string, unknown>> }> {
    const { kafkaBrokers, schemaRegistryUrl, home } = this.running;
    const name = options.name ?? options.program;
    const started = await Program.start({
      name,
      file: programFile(options.program),
      env: {
        KAFKA_BROKERS: kafkaBrokers,
        SCHEMA_REGISTRY_URL: schemaRegistryUrl,
        LOG_LEVEL: 'warn',
        ...options.env,
      },
      logFile: join(home.folders.logs, `${name}.log`),
    });
    this.stops.push(() => started.program.stop());
    home.ledger.record(name, started.program.pid);
    return started;
  }

  /** Builds and starts a service of the product, exactly as the local stack runs it. */
  async startService(
    name: string,
    settings: Readonly<Record<string, string>> = {},
  ): Promise<RunningServices> {
    await buildServices([name]);
    const services = await startServices({
      stack: this.running,
      names: [name],
      isTraced: false,
      extraSettings: { [name]: { LOG_LEVEL: 'warn', ...settings } },
    });
    this.stops.push(() => services.stop());
    return services;
  }

  /** CPU time so far of the given processes, PostgreSQL and the broker. */
  cpuMicros(pids: Readonly<Record<string, number>>): Record<string, number> {
    const { postgres, kafka } = this.running.processes;
    return cpuMicros({
      ...pids,
      PostgreSQL: postgres?.identity?.pid ?? 0,
      broker: kafka?.identity?.pid ?? 0,
    });
  }

  /** Ends programs and services, the youngest first, and leaves the servers for the next benchmark. */
  async stopPrograms(): Promise<void> {
    for (const stop of this.stops.splice(0).toReversed()) await stop();
  }

  /** Ends everything and removes its data. */
  async stop(): Promise<void> {
    await this.stopPrograms();
    await this.running.stop();
    rmSync(this.running.home.folders.root, { recursive: true, force: true });
  }
}

/** The process id of a service. */
export function servicePid(services: RunningServices, name: string): number {
  return services.processes[name]?.identity?.pid ?? 0;
}

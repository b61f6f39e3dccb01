import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { KafkaMessage } from 'kafkajs';
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
import { emptyTopics } from './empty-topics.ts';
import { Program } from './program.ts';
import { LiveTail } from './streams/live-tail.ts';
import type { SeenEvent } from './streams/stream-check.ts';
import { TopicTail } from './streams/topic-tail.ts';

const prefix = 'bench-';
const dayMs = 24 * 60 * 60 * 1_000;
const schemaFolder = join(repositoryRoot, 'schemas');
const catalogueFile = join(schemaFolder, 'topics.yaml');

/** How to start one of the benchmark's programs. */
export interface ProgramOptions {
  readonly program: ProgramName;
  /** Tells programs of one file apart. @default the program's name */
  readonly name?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** How a stack for benchmarks is started. */
export interface BenchmarkStackOptions {
  readonly signal: AbortSignal;
  /** Where the product's processes leave their profiles; absent when nothing is profiled. */
  readonly profileFolder: string | undefined;
}

/** PostgreSQL, Kafka and the registry of one run of benchmarks, and whatever else is started for it. */
export class BenchmarkStack {
  readonly running: RunningStack;
  private readonly profileFolder: string | undefined;
  private readonly stops: (() => Promise<void>)[] = [];

  private constructor(running: RunningStack, profileFolder: string | undefined) {
    this.running = running;
    this.profileFolder = profileFolder;
  }

  /** Starts everything on free ports, with the product's topics and schemas in place. */
  static async start(options: BenchmarkStackOptions): Promise<BenchmarkStack> {
    const { signal, profileFolder } = options;
    await removeDeadStacks(defaultStackFolder, prefix);
    const dir = join(defaultStackFolder, `${prefix}${process.pid}`);
    const running = await startStack({ dir, parts: ['postgres', 'kafka', 'registry'], signal });
    const stack = new BenchmarkStack(running, profileFolder);
    try {
      const { kafkaBrokers, schemaRegistryUrl } = running;
      const catalogue = readTopicCatalogue(catalogueFile);
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

  /** Makes topics of as many partitions as the product's own have, unless told otherwise. */
  async makeTopics(names: readonly string[], partitions = 6): Promise<void> {
    const sizes = { partitions, retentionMs: dayMs, messageBytesMax: 1_048_576 };
    const deadLetters = names.map((name) => ({ name, ...sizes }));
    const catalogue: TopicCatalogue = { topics: [], deadLetters };
    await provisionTopics({ kafkaBrokers: this.running.kafkaBrokers, catalogue });
  }

  /** Looks at the end of a topic until the programs are stopped. */
  async openTail(topic: string): Promise<TopicTail> {
    const tail = await TopicTail.open(this.running.kafkaBrokers, topic);
    this.stops.push(() => tail.close());
    return tail;
  }

  /** Reads a topic as it is written until the programs are stopped. */
  async openLiveTail(
    topic: string,
    readEvent: (message: KafkaMessage) => SeenEvent,
  ): Promise<LiveTail> {
    const brokers = this.running.kafkaBrokers;
    const tail = await LiveTail.open({ brokers, topic, readEvent });
    this.stops.push(() => tail.close());
    return tail;
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
        ...(options.program.startsWith('product-') ? this.profiling(name) : {}),
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
    return await this.startServices([name], { [name]: settings });
  }

  /** Builds and starts several services, with more settings for some. */
  async startServices(
    names: readonly string[],
    settings: Readonly<Record<string, Readonly<Record<string, string>>>> = {},
  ): Promise<RunningServices> {
    await buildServices(names);
    const services = await startServices({
      stack: this.running,
      names,
      isTraced: false,
      extraSettings: Object.fromEntries(
        names.map((name) => [
          name,
          { LOG_LEVEL: 'warn', ...this.profiling(name), ...settings[name] },
        ]),
      ),
    });
    this.stops.push(() => services.stop());
    return services;
  }

  private profiling(name: string): Readonly<Record<string, string>> {
    if (this.profileFolder === undefined) return {};
    return { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${join(this.profileFolder, name)}` };
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

  /**
   * Ends programs and services, the youngest first, and empties the product's topics, so that the
   * servers are left for the next benchmark as if this one had never been.
   */
  async stopPrograms(): Promise<void> {
    await this.stopAll();
    const topics = readTopicCatalogue(catalogueFile).topics.map(({ name }) => name);
    await emptyTopics(this.running.kafkaBrokers, topics);
  }

  private async stopAll(): Promise<void> {
    for (const stop of this.stops.splice(0).toReversed()) await stop();
  }

  /** Ends everything and removes its data. */
  async stop(): Promise<void> {
    await this.stopAll();
    await this.running.stop();
    rmSync(this.running.home.folders.root, { recursive: true, force: true });
  }
}

/** The process id of a service. */
export function servicePid(services: RunningServices, name: string): number {
  return services.processes[name]?.identity?.pid ?? 0;
}

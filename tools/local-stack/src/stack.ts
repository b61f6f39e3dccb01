import { mkdirSync } from 'node:fs';
import { kafkaArtifact, registryArtifact, zipkinArtifact } from './artifacts.ts';
import { checkDiskSpace } from './disk-space.ts';
import { cacheFolder, type StackFolders } from './folders.ts';
import { findJava, type Java } from './java.ts';
import { embeddedKafka, type KafkaNode } from './kafka.ts';
import type { KafkaPorts } from './kafka-settings.ts';
import type { ManagedProcess } from './managed-process.ts';
import { ArtifactStore } from './maven.ts';
import { freePorts } from './ports.ts';
import { embeddedPostgres } from './postgres.ts';
import { embeddedRegistry, registryUrl } from './registry.ts';
import type { SecretFiles } from './secrets.ts';
import { openStackHome, type StackHome } from './stack-home.ts';
import { quietSteps, type StepRunner } from './steps.ts';
import { embeddedZipkin } from './zipkin.ts';

/** What a stack can hold besides our own services. */
export type StackPart = 'postgres' | 'kafka' | 'registry' | 'zipkin';

/** All parts, in the order in which they are stopped. */
export const stackParts: readonly StackPart[] = ['zipkin', 'registry', 'kafka', 'postgres'];

export interface StackOptions {
  /** The folder for data, logs, secrets and run state; made when missing. */
  readonly dir: string;
  /** That folder, when the caller has taken it already; then the caller closes it. */
  readonly home?: StackHome;
  /** @default all parts */
  readonly parts?: readonly StackPart[];
  /**
   * Kafka brokers: one, or three with three copies of everything, of which two must have a message before it is
   * acknowledged. Brokers of a cluster keep data of their own, apart from those of a single one. @default 1
   */
  readonly brokers?: 1 | 3;
  /** Ports that brokers tell their clients instead of their own, for a proxy in front of each. */
  readonly advertisedKafkaPorts?: readonly number[];
  /** Absent or 0 takes a free port. The port of Kafka is that of its first broker. */
  readonly ports?: Partial<Record<StackPart, number>>;
  /** Servers that run already and take the place of the embedded ones. */
  readonly existing?: ExistingServers;
  /** Told about every step. @default silent */
  readonly step?: StepRunner;
  /** Where fetched programs are kept. @default .sluice/cache of the checkout */
  readonly cacheDir?: string;
  /** Gives the start up; what runs already is stopped. */
  readonly signal?: AbortSignal;
}

export interface ExistingServers {
  /** Opens a database as a user who may create roles and schemas. */
  readonly databaseUrl?: string | undefined;
  readonly kafkaBrokers?: string | undefined;
  readonly schemaRegistryUrl?: string | undefined;
}

/** The servers that services need, running and reachable on the loopback address. */
export interface RunningStack {
  /** Opens the database as its owner; services get roles of their own from it. */
  readonly databaseUrl: string;
  /** Comma-separated addresses. */
  readonly kafkaBrokers: string;
  /** The registry's address with the path of Confluent's API. */
  readonly schemaRegistryUrl: string;
  /** Where the trace viewer shows its page. */
  readonly zipkinUrl: string;
  readonly home: StackHome;
  /**
   * The embedded programs; a test may kill one and start it again on the same port. Of several brokers only the
   * first is named here.
   */
  readonly processes: Readonly<Partial<Record<StackPart, ManagedProcess>>>;
  /** Every embedded broker; each may be killed, halted or started again without the others. */
  readonly brokers: readonly KafkaNode[];
  /** Stops everything in order. Safe to repeat; the data stays. */
  stop(): Promise<void>;
}

/**
 * Starts PostgreSQL, Kafka, the schema registry and Zipkin, as far as they are asked for, and waits until all are ready.
 *
 * A start that fails leaves nothing running. The registry keeps its schemas in PostgreSQL, so it waits for it.
 */
export async function startStack(options: StackOptions): Promise<RunningStack> {
  mkdirSync(options.cacheDir ?? cacheFolder, { recursive: true });
  const home = options.home ?? (await openStackHome(options.dir));
  try {
    await checkDiskSpace(home.folders.root);
    const ports = await choosePorts(options);
    return await new StartingStack(options, home, ports).start();
  } catch (error) {
    if (options.home === undefined) home.close();
    throw error;
  }
}

interface ChosenPorts extends Record<StackPart, number> {
  readonly brokers: readonly KafkaPorts[];
  readonly registryManagement: number;
}

async function choosePorts(options: StackOptions): Promise<ChosenPorts> {
  const { ports: wanted = {}, brokers: brokerCount = 1 } = options;
  const free = await freePorts(4 + 2 * brokerCount);
  const next = (): number => free.pop() ?? 0;
  const brokers = Array.from({ length: brokerCount }, (_, index) => ({
    port: (index === 0 ? wanted.kafka : 0) || next(),
    controllerPort: next(),
    ...advertisedPort(options.advertisedKafkaPorts?.[index]),
  }));
  return {
    postgres: wanted.postgres || next(),
    kafka: brokers[0]?.port ?? 0,
    registry: wanted.registry || next(),
    zipkin: wanted.zipkin || next(),
    brokers,
    registryManagement: next(),
  };
}

function advertisedPort(port: number | undefined): { readonly advertisedPort?: number } {
  return port === undefined ? {} : { advertisedPort: port };
}

class StartingStack {
  private readonly options: StackOptions;
  private readonly home: StackHome;
  private readonly ports: ChosenPorts;
  private readonly step: StepRunner;
  private readonly existing: ExistingServers;
  private readonly processes: Partial<Record<StackPart, ManagedProcess>> = {};
  private readonly stops: Partial<Record<StackPart, () => Promise<void>>> = {};
  private brokers: readonly KafkaNode[] = [];
  /** Given up: nothing more is launched, and fetches end. */
  private readonly givenUp = new AbortController();

  constructor(options: StackOptions, home: StackHome, ports: ChosenPorts) {
    this.options = options;
    this.home = home;
    this.ports = ports;
    this.step = options.step ?? quietSteps;
    this.existing = options.existing ?? {};
  }

  async start(): Promise<RunningStack> {
    const giveUp = (): void => void this.giveUp();
    this.options.signal?.addEventListener('abort', giveUp, { once: true });
    const work = this.startParts();
    try {
      await Promise.all(work);
      this.options.signal?.throwIfAborted();
    } catch (error) {
      await this.giveUp();
      await Promise.allSettled(work);
      await this.stop();
      throw error;
    }
    return this.running();
  }

  private startParts(): Promise<void>[] {
    const java = this.java();
    java.catch(() => undefined);
    const database = this.startPostgres();
    return [
      database.then(() => undefined),
      this.startKafka(java),
      this.startRegistry(java, database),
      this.startZipkin(java),
    ];
  }

  private async java(): Promise<{ java: Java; store: ArtifactStore }> {
    const java = await findJava();
    const { signal } = this.givenUp;
    const store = new ArtifactStore({
      java,
      cacheFolder: this.options.cacheDir ?? cacheFolder,
      signal,
    });
    return { java, store };
  }

  private async startPostgres(): Promise<string> {
    if (this.existing.databaseUrl) return this.existing.databaseUrl;
    if (!this.wants('postgres')) return '';
    const postgres = embeddedPostgres({ ...this.shared(), port: this.ports.postgres });
    await this.launch('postgres', [postgres.process], { start: () => postgres.start() });
    return postgres.databaseUrl;
  }

  private async startKafka(tools: Promise<{ java: Java; store: ArtifactStore }>): Promise<void> {
    if (this.existing.kafkaBrokers || !this.wants('kafka')) return;
    const { java, store } = await tools;
    const jarFolder = await store.get(kafkaArtifact, this.step);
    const ports = this.ports.brokers;
    const kafka = embeddedKafka({ ...this.shared(), java, jarFolder, ports });
    this.brokers = kafka.nodes;
    await this.launch(
      'kafka',
      kafka.nodes.map(({ process: each }) => each),
      kafka,
    );
  }

  private async startRegistry(
    tools: Promise<{ java: Java; store: ArtifactStore }>,
    database: Promise<string>,
  ): Promise<void> {
    if (this.existing.schemaRegistryUrl || !this.wants('registry')) return;
    const { java, store } = await tools;
    const programFolder = await store.get(registryArtifact, this.step);
    const ports = { port: this.ports.registry, managementPort: this.ports.registryManagement };
    const databaseUrl = await database;
    const registry = embeddedRegistry({
      ...this.shared(),
      java,
      programFolder,
      databaseUrl,
      ...ports,
    });
    await this.launch('registry', [registry.process], registry);
  }

  private async startZipkin(tools: Promise<{ java: Java; store: ArtifactStore }>): Promise<void> {
    if (!this.wants('zipkin')) return;
    const { java, store } = await tools;
    const jarFolder = await store.get(zipkinArtifact, this.step);
    const zipkin = embeddedZipkin({ ...this.shared(), java, jarFolder, port: this.ports.zipkin });
    await this.launch('zipkin', [zipkin.process], zipkin);
  }

  private async launch(
    part: StackPart,
    programs: readonly ManagedProcess[],
    actions: { start(): Promise<void>; stop?(): Promise<void> },
  ): Promise<void> {
    const [first] = programs;
    if (this.givenUp.signal.aborted || first === undefined) return;
    for (const each of programs) {
      each.onLaunch = (pid) => this.home.ledger.record(each.name, pid);
    }
    this.processes[part] = first;
    this.stops[part] = async () => await (actions.stop?.() ?? first.stop());
    await this.step(partTitles[part], () => actions.start());
  }

  private running(): RunningStack {
    const { ports, existing, processes, home, brokers } = this;
    const kafkaBrokers = ports.brokers.map(({ port }) => `127.0.0.1:${port}`).join(',');
    const password = (): string => home.secrets.get('postgres-password');
    return {
      databaseUrl:
        existing.databaseUrl ??
        `postgres://postgres:${password()}@127.0.0.1:${ports.postgres}/sluice`,
      kafkaBrokers: existing.kafkaBrokers ?? kafkaBrokers,
      schemaRegistryUrl: existing.schemaRegistryUrl ?? registryUrl(ports.registry),
      zipkinUrl: `http://127.0.0.1:${ports.zipkin}`,
      home,
      processes,
      brokers,
      stop: async () => {
        await this.stop();
        if (this.options.home === undefined) home.close();
      },
    };
  }

  /** Stops what runs and keeps the rest from starting. */
  private async giveUp(): Promise<void> {
    this.givenUp.abort();
    await this.stop();
  }

  private async stop(): Promise<void> {
    for (const part of stackParts) await this.stops[part]?.();
  }

  private wants(part: StackPart): boolean {
    return (this.options.parts ?? stackParts).includes(part);
  }

  private shared(): { folders: StackFolders; secrets: SecretFiles } {
    return { folders: this.home.folders, secrets: this.home.secrets };
  }
}

const partTitles: Record<StackPart, string> = {
  postgres: 'PostgreSQL',
  kafka: 'Kafka',
  registry: 'Schema registry',
  zipkin: 'Zipkin (traces)',
};

import { join } from 'node:path';
import { mainFileOf } from './build-services.ts';
import { cacheFolder, makePrivate, repositoryRoot } from './folders.ts';
import { ManagedProcess } from './managed-process.ts';
import { serviceNodeOptions } from './node-options.ts';
import { freePorts } from './ports.ts';
import { migrate, provision } from './prepare-data.ts';
import { answersHttp } from './readiness.ts';
import { serviceSettings, type SettingsSource } from './service-settings.ts';
import { serviceTable, urlOf, type ServiceEntry, type ServicePorts } from './service-table.ts';
import type { RunningStack } from './stack.ts';
import { quietSteps, type StepRunner } from './steps.ts';

export interface ServicesOptions {
  readonly stack: RunningStack;
  /** @default every service of the table */
  readonly names?: readonly string[];
  /** Absent names take free ports. */
  readonly ports?: ServicePorts;
  /** More settings per service; they win over those of the local stack. */
  readonly extraSettings?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Whether provisioning and migrations done for this data folder may be passed over. @default false */
  readonly mayPassOver?: boolean;
  /** Whether traces are sent to the stack's Zipkin. @default true */
  readonly isTraced?: boolean;
  readonly step?: StepRunner;
}

const startAttemptsMax = 3;

/** Our services, running as processes of their own. */
export interface RunningServices {
  readonly ports: ServicePorts;
  /** By service name; a test may kill one and start it again on the same port. */
  readonly processes: Readonly<Record<string, ManagedProcess>>;
  /** The address of a named port, for example `shop-twin`. */
  urlOf(portName: string): string;
  /** Stops all at once, each with its own orderly end. Safe to repeat. */
  stop(): Promise<void>;
}

/** What is known of the services before any of them runs. */
export interface PlannedServices extends RunningServices {
  /** Provisions, migrates and starts; a start that fails leaves no service running. */
  start(): Promise<void>;
}

/** Provisions the stack, migrates and starts the built services, and waits until all are ready. */
export async function startServices(options: ServicesOptions): Promise<RunningServices> {
  const planned = await planServices(options);
  await planned.start();
  return planned;
}

/** Prepares the start of services, so that a caller can stop them while they are starting. */
export async function planServices(options: ServicesOptions): Promise<PlannedServices> {
  const { stack, step = quietSteps } = options;
  const entries = serviceTable.filter(({ name }) => options.names?.includes(name) ?? true);
  const ports = await completePorts(options.ports ?? {});
  const source = settingsSource(stack, ports, options.isTraced ?? true);
  const processes = Object.fromEntries(
    entries.map((entry) => [entry.name, serviceProcess(entry, source, options)]),
  );
  let isStopping = false;
  const stop = async (): Promise<void> => {
    isStopping = true;
    await Promise.all(Object.values(processes).map((each) => each.stop()));
  };
  const secretsFolder = stack.home.folders.secrets;
  const mayPassOver = options.mayPassOver ?? false;
  const prepare = { source, entries, secretsFolder, mayPassOver };
  const start = async (): Promise<void> => {
    await step('Topics, event schemas and database roles', () => provision(prepare));
    await step('Database migrations', () => migrate(prepare));
    await step(`Services (${entries.length})`, async () => {
      const starts = Object.values(processes).map((each) => startPatiently(each, () => isStopping));
      try {
        await Promise.all(starts);
      } catch (error) {
        await stop();
        await Promise.allSettled(starts);
        throw error;
      }
    });
  };
  return { ports, processes, urlOf: (name) => urlOf(ports, name), stop, start };
}

/**
 * Starts a service, and starts it again while it says that a server does not answer: on a machine that has much
 * else to do, a server that has just become ready can be too slow for the first of nine services.
 */
export async function startPatiently(
  service: Pick<ManagedProcess, 'start'>,
  isStopping: () => boolean,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await service.start();
    } catch (error) {
      const isDown = error instanceof Error && error.message.includes('DependencyDown');
      if (!isDown || isStopping() || attempt === startAttemptsMax) throw error;
    }
  }
}

async function completePorts(wanted: ServicePorts): Promise<ServicePorts> {
  const names = serviceTable.flatMap((entry) => entry.ports.map((port) => port.name));
  const free = await freePorts(names.length);
  return Object.fromEntries(names.map((name, index) => [name, wanted[name] || (free[index] ?? 0)]));
}

function settingsSource(
  stack: RunningStack,
  ports: ServicePorts,
  isTraced: boolean,
): SettingsSource {
  const { folders, secrets } = stack.home;
  return {
    databaseUrl: stack.databaseUrl,
    kafkaBrokers: stack.kafkaBrokers,
    schemaRegistryUrl: stack.schemaRegistryUrl,
    tracesUrl: isTraced ? `${stack.zipkinUrl}/api/v2/spans` : '',
    zipkinPublicUrl: stack.zipkinUrl,
    httpHost: '127.0.0.1',
    ports,
    urlOf: (name) => urlOf(ports, name),
    secrets,
    dataFolder: folders.data,
  };
}

function serviceProcess(
  entry: ServiceEntry,
  source: SettingsSource,
  { stack, extraSettings }: ServicesOptions,
): ManagedProcess {
  const { home } = stack;
  makePrivate(join(source.dataFolder, entry.name));
  const [firstPort] = entry.ports;
  const readyUrl = `${urlOf(source.ports, firstPort.name)}${entry.readyPath}`;
  const managed = new ManagedProcess({
    name: entry.name,
    command: process.execPath,
    args: [...serviceNodeOptions, mainFileOf(entry.name)],
    env: {
      ...process.env,
      // Compiled code of the bundles and their packages is kept, which shortens every start but the first.
      NODE_COMPILE_CACHE: join(cacheFolder, 'compiled'),
      ...serviceSettings(entry, source),
      ...extraSettings?.[entry.name],
    },
    cwd: repositoryRoot,
    logFile: join(home.folders.logs, `${entry.name}.log`),
    isReady: async () => await answersHttp(readyUrl),
    stopTimeoutMs: 20_000,
  });
  managed.onLaunch = (pid) => home.ledger.record(entry.name, pid);
  return managed;
}

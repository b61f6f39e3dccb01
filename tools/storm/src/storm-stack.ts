import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Twins } from '@sluice/end-to-end';
import {
  buildServices,
  defaultStackFolder,
  freePorts,
  removeDeadStacks,
  serviceTable,
  startServices,
  startStack,
  type ManagedProcess,
  type RunningServices,
  type RunningStack,
} from '@sluice/local-stack';
import type { FaultProxy } from './fault-proxy.ts';
import { listenAll, pointAt, serviceEnvironments, type Proxies } from './proxies.ts';
import { Replicas } from './replicas.ts';
import { Supervision } from './supervision.ts';
import { detachDead, WalDisk } from './wal-disk.ts';

const prefix = 'storm-';
const sandbox = 'sandbox';

/**
 * The whole product as processes of their own, with three brokers and a fault proxy on every line between them.
 *
 * The judge's own lines (`servers`, `twins`) go past the proxies, so that a fault never hides evidence.
 */
export class StormStack {
  readonly servers: RunningStack;
  readonly services: RunningServices;
  readonly proxies: Proxies;
  readonly twins: Twins;
  readonly replicas: Replicas;
  readonly walDisk: WalDisk;
  readonly supervision = new Supervision();

  private constructor(parts: {
    servers: RunningStack;
    services: RunningServices;
    proxies: Proxies;
    walDisk: WalDisk;
  }) {
    const { servers, services, proxies, walDisk } = parts;
    this.servers = servers;
    this.services = services;
    this.proxies = proxies;
    this.walDisk = walDisk;
    this.replicas = new Replicas(services, servers.home);
    this.supervision.watch(this.programs());
    this.twins = new Twins({
      cybersource: services.urlOf('cybersource-twin'),
      zoho: services.urlOf('zoho-twin'),
      shop: services.urlOf('shop-twin'),
    });
  }

  /** Builds and starts everything on free ports with a data folder of its own, and waits until all are ready. */
  static async start(): Promise<StormStack> {
    await detachDead(defaultStackFolder);
    await removeDeadStacks(defaultStackFolder, prefix);
    await buildServices(serviceTable.map(({ name }) => name));
    const dir = join(defaultStackFolder, `${prefix}${process.pid}`);
    mkdirSync(dir, { recursive: true });
    const proxies = await listenAll();
    const advertisedKafkaPorts = proxies.brokers.map(({ port }) => port);
    const servers = await startStack({
      dir,
      brokers: 3,
      advertisedKafkaPorts,
      parts: ['postgres', 'kafka', 'registry'],
    });
    try {
      const walDisk = await WalDisk.attach(servers);
      const ports = await servicePorts();
      pointAt(proxies, { servers, ports });
      const services = await startServices({
        stack: behindProxies(servers, proxies),
        ports,
        isTraced: false,
        extraSettings: serviceEnvironments(proxies),
      });
      return new StormStack({ servers, services, proxies, walDisk });
    } catch (error) {
      await servers.stop();
      await Promise.all(everyProxy(proxies).map((proxy) => proxy.close()));
      throw error;
    }
  }

  /** The names of our services, without the twins. */
  serviceNames(): string[] {
    return Object.keys(this.services.processes).filter((name) => name !== sandbox);
  }

  service(name: string): ManagedProcess {
    const found = this.services.processes[name];
    if (found === undefined) throw new Error(`There is no service named ${name}.`);
    return found;
  }

  postgres(): ManagedProcess {
    const { postgres } = this.servers.processes;
    if (postgres === undefined) throw new Error('There is no embedded PostgreSQL.');
    return postgres;
  }

  /** Everything that should run, what others need first. */
  private programs(): readonly ManagedProcess[] {
    return [
      this.postgres(),
      ...this.servers.brokers.map((broker) => broker.process),
      ...Object.values(this.services.processes),
    ];
  }

  everyProxy(): readonly FaultProxy[] {
    return everyProxy(this.proxies);
  }

  secret(name: string): string {
    return this.servers.home.secrets.get(name);
  }

  /** The folder with one file per secret of this stack. */
  secretsFolder(): string {
    return this.servers.home.folders.secrets;
  }

  logFile(name: string): string {
    return join(this.servers.home.folders.logs, `${name}.log`);
  }

  mailFolder(): string {
    return join(this.servers.home.folders.data, 'mail');
  }

  get folder(): string {
    return this.servers.home.folders.root;
  }

  /** Ends every fault: lines pass, twins are calm, everything that should run runs, and nothing else does. */
  async heal(): Promise<void> {
    for (const proxy of this.everyProxy()) proxy.pass();
    await this.walDisk.empty();
    await this.replicas.removeAll();
    await Promise.all(this.programs().map((program) => this.supervision.keep(program)));
    await this.twins.calm();
  }

  /** Where data and logs stand after a stop that keeps them; the next storm removes the folder that was used. */
  get keptFolder(): string {
    return `${this.folder.slice(0, -String(process.pid).length)}kept-${process.pid}`;
  }

  /** Stops everything in order; the data is removed unless it is to be kept. */
  async stop({ isKept }: { readonly isKept: boolean }): Promise<void> {
    this.supervision.stop();
    for (const proxy of this.everyProxy()) proxy.pass();
    await this.replicas.removeAll();
    await this.services.stop();
    await this.servers.stop();
    await Promise.all(this.everyProxy().map((proxy) => proxy.close()));
    await this.walDisk.detach({ isKept });
    if (isKept) renameSync(this.folder, this.keptFolder);
    else rmSync(this.folder, { recursive: true, force: true });
  }
}

function everyProxy({ brokers, ...others }: Proxies): readonly FaultProxy[] {
  return [...brokers, ...Object.values(others)];
}

async function servicePorts(): Promise<Record<string, number>> {
  const names = serviceTable.flatMap((entry) => entry.ports.map(({ name }) => name));
  const free = await freePorts(names.length);
  return Object.fromEntries(names.map((name, index) => [name, free[index] ?? 0]));
}

/** The same servers, as services see them. */
function behindProxies(servers: RunningStack, proxies: Proxies): RunningStack {
  const through = (address: string, proxy: FaultProxy): string => {
    const url = new URL(address);
    url.port = String(proxy.port);
    return url.href;
  };
  return {
    ...servers,
    databaseUrl: through(servers.databaseUrl, proxies.postgres),
    schemaRegistryUrl: through(servers.schemaRegistryUrl, proxies.registry),
    kafkaBrokers: proxies.brokers.map(({ port }) => `127.0.0.1:${port}`).join(','),
  };
}

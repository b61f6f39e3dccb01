import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildServices,
  defaultStackFolder,
  removeDeadStacks,
  serviceTable,
  startServices,
  startStack,
  type RunningServices,
  type RunningStack,
} from '@sluice/local-stack';
import { Twins } from './twins.ts';

const prefix = 'e2e-';

/** Pauses that an operator would not miss and a test would: all shorter than on a real stack. */
const extraSettings = {
  'cybersource-gateway': { EFFECT_QUIET_PERIOD_MS: '500', SETTLEMENT_POLL_MS: '0' },
  'zoho-gateway': {
    EFFECT_QUIET_PERIOD_MS: '500',
    ZOHO_RATE_PER_MINUTE: '10000',
    ZOHO_CONCURRENCY: '10',
    ZOHO_TIMEOUT_MS: '5000',
  },
  sandbox: {
    ZOHO_RATE_LIMIT_PER_MINUTE: '100000',
    ZOHO_RATE_LIMIT_PER_DAY: '1000000',
    ZOHO_CONCURRENCY_MAX: '20',
  },
} as const;

/** The whole product with its servers and twins, each a process of its own. */
export class WholeStack {
  readonly servers: RunningStack;
  readonly services: RunningServices;
  readonly twins: Twins;

  private constructor(servers: RunningStack, services: RunningServices) {
    this.servers = servers;
    this.services = services;
    this.twins = new Twins({
      cybersource: services.urlOf('cybersource-twin'),
      zoho: services.urlOf('zoho-twin'),
      shop: services.urlOf('shop-twin'),
    });
  }

  /** Builds, starts everything on free ports with a data folder of its own, and waits until all are ready. */
  static async start(): Promise<WholeStack> {
    await removeDeadStacks(defaultStackFolder, prefix);
    await buildServices(serviceTable.map(({ name }) => name));
    const dir = join(defaultStackFolder, `${prefix}${process.pid}`);
    mkdirSync(dir, { recursive: true });
    const servers = await startStack({ dir });
    try {
      return new WholeStack(servers, await startServices({ stack: servers, extraSettings }));
    } catch (error) {
      await servers.stop();
      throw error;
    }
  }

  /** Kills a service as a crash would and starts it again on the same port. */
  async crash(name: string): Promise<void> {
    await this.services.processes[name]?.kill('SIGKILL');
    await this.services.processes[name]?.start();
  }

  /** The names of our services, without the twins. */
  serviceNames(): string[] {
    return Object.keys(this.services.processes).filter((name) => name !== 'sandbox');
  }

  secret(name: string): string {
    return this.servers.home.secrets.get(name);
  }

  logFile(name: string): string {
    return join(this.servers.home.folders.logs, `${name}.log`);
  }

  mailFolder(): string {
    return join(this.servers.home.folders.data, 'mail');
  }

  /** Stops everything in order and removes the data; a failed run keeps its logs when asked to. */
  async stop(): Promise<void> {
    await this.services.stop();
    await this.servers.stop();
    const { root } = this.servers.home.folders;
    if (process.env['SLUICE_KEEP_E2E'] === undefined && existsSync(root)) {
      rmSync(root, { recursive: true, force: true });
    }
  }
}

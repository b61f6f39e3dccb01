import { join } from 'node:path';
import {
  freePorts,
  ManagedProcess,
  type RunningServices,
  type StackHome,
} from '@sluice/local-stack';

/** Second replicas of services, which join and leave while the first ones work. */
export class Replicas {
  private readonly services: RunningServices;
  private readonly home: StackHome;
  private readonly running = new Map<string, ManagedProcess>();

  constructor(services: RunningServices, home: StackHome) {
    this.services = services;
    this.home = home;
  }

  /** Starts a second replica on a port of its own and waits until it is ready; false when it was not in time. */
  async add(service: string): Promise<boolean> {
    const first = this.services.processes[service];
    if (first === undefined || this.running.has(service)) return false;
    const [port = 0] = await freePorts(1);
    const name = `${service}-replica`;
    const second = new ManagedProcess({
      ...first.plan,
      name,
      env: { ...first.plan.env, HTTP_PORT: String(port) },
      logFile: join(this.home.folders.logs, `${name}.log`),
      isReady: async () => await isAnswering(`http://127.0.0.1:${port}/readyz`),
      readyTimeoutMs: 15_000,
    });
    second.onLaunch = (pid) => this.home.ledger.record(name, pid);
    this.running.set(service, second);
    return await second.start().then(
      () => true,
      () => false,
    );
  }

  /** Ends a second replica in order, or as a crash would. */
  async remove(service: string, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const second = this.running.get(service);
    this.running.delete(service);
    if (signal === 'SIGKILL') await second?.kill('SIGKILL');
    else await second?.stop();
  }

  async removeAll(): Promise<void> {
    await Promise.all([...this.running.keys()].map((name) => this.remove(name, 'SIGTERM')));
  }
}

async function isAnswering(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}

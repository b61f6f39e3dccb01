import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';

/** The twins of the vendors, running in a process of their own. */
export interface SandboxProcess {
  /** Address of the Cybersource twin. */
  readonly cybersource: string;
  /** Address of the Zoho twin. */
  readonly zoho: string;
  /** Address of the shop. */
  readonly shop: string;
  stop(): Promise<void>;
}

const script = resolve(import.meta.dirname, '../../../../services/sandbox/src/main.ts');

/** Starts the twins on free ports with their demo credentials, without a memory. */
export async function startSandbox(
  environment: Readonly<Record<string, string>> = {},
): Promise<SandboxProcess> {
  const ports = { CYBERSOURCE_TWIN_PORT: '0', ZOHO_TWIN_PORT: '0', SHOP_TWIN_PORT: '0' };
  const child = spawn(process.execPath, [script], {
    env: { PATH: process.env['PATH'], ...ports, DATA_DIR: ':memory:', ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = new Promise<void>((done) => child.once('exit', () => done()));
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await exited;
  };
  for await (const line of createInterface({ input: child.stdout })) {
    const ready = JSON.parse(line) as Omit<SandboxProcess, 'stop'> & { readonly event?: string };
    if (ready.event !== 'ready') continue;
    child.stdout.resume();
    const { cybersource, zoho, shop } = ready;
    return { cybersource, zoho, shop, stop };
  }
  throw new Error('the sandbox ended before it was ready');
}

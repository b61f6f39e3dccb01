import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';

/** The twins, running in a process of their own. */
export interface SandboxProcess {
  readonly zoho: string;
  readonly shop: string;
  stop(): Promise<void>;
}

const script = resolve(import.meta.dirname, '../../../sandbox/src/main.ts');

/** Starts the twins on free ports with their demo credentials, without a memory. */
export async function startSandboxProcess(
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
    const { zoho, shop } = JSON.parse(line) as { zoho: string; shop: string };
    child.stdout.resume();
    return { zoho, shop, stop };
  }
  throw new Error('the sandbox ended before it was ready');
}

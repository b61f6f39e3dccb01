import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { booksClient, send } from './testing/twin-clients.ts';

let dataDir: string;
beforeAll(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'sandbox-main-'));
});
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

function run(arguments_: string[] = [], change: Record<string, string> = {}): ChildProcess {
  const ports = { CYBERSOURCE_TWIN_PORT: '0', ZOHO_TWIN_PORT: '0', SHOP_TWIN_PORT: '0' };
  return spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), ...arguments_], {
    env: { ...process.env, ...ports, DATA_DIR: dataDir, ...change },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function ready(child: ChildProcess): Promise<{ event: string; zoho: string; shop: string }> {
  const lines = createInterface({ input: child.stdout! });
  const [line] = (await once(lines, 'line')) as [string];
  return JSON.parse(line) as { event: string; zoho: string; shop: string };
}

describe('the sandbox process', () => {
  it('says where it listens, and keeps its ledgers through kill -9', async () => {
    const first = run();
    const { event, zoho } = await ready(first);
    expect(event).toBe('ready');
    const books = await booksClient(zoho);
    await books('POST', '/contacts', { body: { contact_name: 'Survivor' } });
    first.kill('SIGKILL');
    await once(first, 'exit');

    const second = run();
    const again = await ready(second);
    const { body } = await send('GET', `${again.zoho}/_control/ledger/contacts`);
    second.kill('SIGTERM');
    const [code] = (await once(second, 'exit')) as [number | null];

    expect(body['contacts']).toMatchObject([{ source: { contact_name: 'Survivor' } }]);
    expect(code).toBe(0);
  });

  it('lists all faults of its settings and does not start', async () => {
    const child = run([], { ZOHO_TWIN_PORT: 'x', COMMERCE_GATEWAY_URL: 'nowhere' });
    const chunks: Buffer[] = [];
    child.stderr?.on('data', (chunk: Buffer) => chunks.push(chunk));
    const [code] = (await once(child, 'close')) as [number | null];

    const text = Buffer.concat(chunks).toString();
    expect(code).toBe(1);
    expect(text).toContain('ZOHO_TWIN_PORT');
    expect(text).toContain('COMMERCE_GATEWAY_URL');
  });
});

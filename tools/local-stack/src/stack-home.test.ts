import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from './fixtures/temporary-folder.ts';
import { identify, isRunning } from './process-identity.ts';
import { ProcessLedger } from './process-ledger.ts';
import { openStackHome } from './stack-home.ts';

const goneLong = { startedMark: '1' };
let dir = '';

function sleeper(): number {
  const child = spawn('sleep', ['60'], { stdio: 'ignore', detached: true });
  child.unref();
  if (child.pid === undefined) throw new Error('sleep could not be started');
  return child.pid;
}

async function abandon(): Promise<void> {
  const home = await openStackHome(dir);
  const { pid } = spawnSync('true');
  writeFileSync(join(home.folders.run, 'lock'), JSON.stringify({ pid, ...goneLong }));
}

describe('openStackHome', () => {
  beforeEach(() => {
    dir = temporaryFolder('home');
  });

  it('refuses a folder whose owner lives, naming the process', async () => {
    await openStackHome(dir);

    await expect(openStackHome(dir)).rejects.toMatchObject({
      code: 'already-running',
      message: expect.stringContaining(`process ${process.pid}`),
    });
  });

  it('lets nobody else look into logs, secrets, state and data', async () => {
    chmodSync(dir, 0o755);
    mkdirSync(join(dir, 'logs'), { mode: 0o755 });

    const { folders } = await openStackHome(dir);

    const open = [folders.logs, folders.run, folders.secrets, folders.data].filter(
      (folder) => (statSync(folder).mode & 0o044) !== 0,
    );
    expect(open).toEqual([]);
  });

  it('gives the folder back when it is closed', async () => {
    const home = await openStackHome(dir);

    home.close();

    expect(existsSync(join(home.folders.run, 'lock'))).toBe(false);
    expect((await openStackHome(dir)).wasAbandoned).toBe(false);
  });

  it('takes over from an owner that is dead', async () => {
    await abandon();

    expect((await openStackHome(dir)).wasAbandoned).toBe(true);
  });

  it('takes over from an owner whose process number now belongs to another program', async () => {
    const home = await openStackHome(dir);
    const owner = { pid: process.pid, ...goneLong };
    writeFileSync(join(home.folders.run, 'lock'), JSON.stringify(owner));

    expect((await openStackHome(dir)).wasAbandoned).toBe(true);
  });

  it('takes over a lock that was cut short', async () => {
    const home = await openStackHome(dir);
    writeFileSync(join(home.folders.run, 'lock'), '{"pi');

    expect((await openStackHome(dir)).wasAbandoned).toBe(true);
  });

  it('ends what a dead owner left running', async () => {
    await abandon();
    const pid = sleeper();
    const identity = identify(pid);
    new ProcessLedger(join(dir, 'run')).record('kafka', pid);

    const home = await openStackHome(dir);

    expect(home.leftovers).toEqual(['kafka']);
    expect(identity !== undefined && isRunning(identity)).toBe(false);
  });

  it('leaves alone a program that has taken over the number of a dead one', async () => {
    await abandon();
    const pid = sleeper();
    const entry = { name: 'kafka', pid, ...goneLong };
    writeFileSync(join(dir, 'run/processes.json'), JSON.stringify([entry]));

    const home = await openStackHome(dir);

    expect(home.leftovers).toEqual([]);
    expect(identify(pid)).toBeDefined();
    process.kill(pid);
  });
});

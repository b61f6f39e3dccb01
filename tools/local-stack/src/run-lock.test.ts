import { spawn } from 'node:child_process';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from './fixtures/temporary-folder.ts';
import { takeLock } from './run-lock.ts';

const rivals = 4;

/** Takes the lock at the given moment and tells, then holds it until it is ended. */
const program = `
  const { takeLock } = await import(process.argv[1]);
  while (Date.now() < Number(process.argv[3]));
  try { takeLock(process.argv[2]); console.log('taken'); } catch { console.log('refused'); }
  setInterval(() => undefined, 1000);
`;

function rival(folder: string, atMs: number): { said: Promise<string>; end(): void } {
  const own = new URL('run-lock.ts', import.meta.url).href;
  const args = ['--input-type=module', '-e', program, own, folder, String(atMs)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const said = new Promise<string>((resolve) =>
    child.stdout.once('data', (text) => resolve(String(text).trim())),
  );
  return { said, end: () => void child.kill('SIGKILL') };
}

describe('takeLock', () => {
  it('gives a stale lock to one of several starts at the same moment', async () => {
    for (let round = 0; round < 3; round += 1) {
      const folder = temporaryFolder('lock');
      writeFileSync(join(folder, 'lock'), JSON.stringify({ pid: 1, startedMark: 'long ago' }));
      const atMs = Date.now() + 600;
      const all = Array.from({ length: rivals }, () => rival(folder, atMs));

      const said = await Promise.all(all.map((each) => each.said));

      for (const each of all) each.end();
      expect(said.toSorted()).toEqual([...Array(rivals - 1).fill('refused'), 'taken']);
    }
  });

  it('leaves nothing but the whole lock in the folder', () => {
    const folder = temporaryFolder('lock');
    writeFileSync(join(folder, 'lock'), '{"pid":');

    expect(takeLock(folder).wasStale).toBe(true);

    expect(readdirSync(folder)).toEqual(['lock']);
    expect(JSON.parse(readFileSync(join(folder, 'lock'), 'utf8'))).toMatchObject({
      pid: process.pid,
    });
  });
});

import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { temporaryFolder } from './fixtures/temporary-folder.ts';
import { ManagedProcess } from './managed-process.ts';
import { Supervisor } from './supervisor.ts';

const folder = temporaryFolder('supervisor');

function program(): ManagedProcess {
  return new ManagedProcess({
    name: 'zoho-gateway',
    command: process.execPath,
    args: ['-e', 'setInterval(() => undefined, 1000)'],
    env: process.env,
    cwd: folder,
    logFile: join(folder, 'zoho-gateway.log'),
    isReady: async () => await Promise.resolve(true),
  });
}

describe('Supervisor', () => {
  it('starts a program again that died, and tells of both', async () => {
    const lines: string[] = [];
    const supervisor = new Supervisor({
      report: (line) => lines.push(line),
      onChange: () => undefined,
      delayMs: 1,
    });
    const managed = program();
    await managed.start();
    supervisor.watch(managed);

    await managed.kill('SIGTERM');

    await vi.waitFor(() =>
      expect(supervisor.programs[0]).toMatchObject({ restarts: 1, state: 'running' }),
    );
    expect(supervisor.programs[0]?.lastExit).toBe('SIGTERM');
    expect(lines).toEqual([
      expect.stringContaining('zoho-gateway ended (SIGTERM); starting it again'),
      'zoho-gateway runs again.',
    ]);
    supervisor.stop();
    await managed.stop();
  });

  it('starts a program again that died between its start and the watching', async () => {
    const supervisor = new Supervisor({
      report: () => undefined,
      onChange: () => undefined,
      delayMs: 1,
    });
    const managed = program();
    await managed.start();
    await managed.kill('SIGTERM');
    await vi.waitFor(() => expect(managed.isAlive).toBe(false));

    supervisor.watch(managed);

    await vi.waitFor(() =>
      expect(supervisor.programs[0]).toMatchObject({ restarts: 1, state: 'running' }),
    );
    supervisor.stop();
    await managed.stop();
  });

  it('waits longer before every further restart', async () => {
    const lines: string[] = [];
    const options = { report: (line: string) => lines.push(line), onChange: () => undefined };
    const supervisor = new Supervisor({ ...options, delayMs: 2 });
    const managed = program();
    await managed.start();
    supervisor.watch(managed);

    for (const restarts of [1, 2, 3]) {
      await managed.kill('SIGTERM');
      await vi.waitFor(() =>
        expect(supervisor.programs[0]).toMatchObject({ restarts, state: 'running' }),
      );
    }

    const pauses = lines.flatMap((line) => /again in ([\d.]+) s/.exec(line)?.[1] ?? []);
    expect(pauses).toEqual(['0.002', '0.004', '0.008']);
    supervisor.stop();
    await managed.stop();
  });

  it('restarts nothing once it is stopped', async () => {
    const supervisor = new Supervisor({
      report: () => undefined,
      onChange: () => undefined,
      delayMs: 1,
    });
    const managed = program();
    await managed.start();
    supervisor.watch(managed);

    supervisor.stop();
    await managed.kill('SIGTERM');
    await vi.waitFor(() => expect(managed.isAlive).toBe(false));

    expect(supervisor.programs[0]).toMatchObject({ restarts: 0, state: 'stopped' });
  });
});

import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from './fixtures/temporary-folder.ts';
import { ManagedProcess, type ProcessPlan } from './managed-process.ts';

const folder = temporaryFolder('process');

function nodeProcess(script: string, plan: Partial<ProcessPlan> = {}): ManagedProcess {
  return new ManagedProcess({
    name: 'example',
    command: process.execPath,
    args: ['-e', script],
    env: process.env,
    cwd: folder,
    logFile: join(folder, 'example.log'),
    isReady: async () => await Promise.resolve(true),
    ...plan,
  });
}

const forever = 'setInterval(() => undefined, 1000)';

describe('ManagedProcess', () => {
  it('tells why a program ended before it was ready, with its last words', async () => {
    const program = nodeProcess('console.error("no licence"); process.exit(7)', {
      isReady: async () => await Promise.resolve(false),
    });

    await expect(program.start()).rejects.toMatchObject({
      code: 'part-failed',
      message: expect.stringMatching(/exit code 7.*no licence/),
    });
  });

  it('repeats of a service only the message, without its stack', async () => {
    const line = JSON.stringify({
      level: 'fatal',
      msg: 'DependencyDown: no registry\n    at down',
    });
    const program = nodeProcess(`console.error(${JSON.stringify(line)}); process.exit(1)`, {
      isReady: async () => await Promise.resolve(false),
      logFile: join(folder, 'service.log'),
    });

    await expect(program.start()).rejects.toThrow(/Its last words: DependencyDown: no registry$/);
  });

  it('gives up on a program that never gets ready', async () => {
    const program = nodeProcess(forever, {
      isReady: async () => await Promise.resolve(false),
      readyTimeoutMs: 200,
    });

    await expect(program.start()).rejects.toThrow('did not get ready in time');
    await program.stop();
  });

  it('tells of an end that nobody asked for', async () => {
    const program = nodeProcess(forever);
    const reason = new Promise((resolve) => (program.onUnexpectedExit = resolve));
    await program.start();

    await program.kill('SIGTERM');

    expect(await reason).toBe('SIGTERM');
    expect(program.isAlive).toBe(false);
  });

  it('keeps quiet about an end that was asked for', async () => {
    const program = nodeProcess(forever);
    const ends: string[] = [];
    program.onUnexpectedExit = (reason) => ends.push(reason);
    await program.start();

    await program.stop();

    expect(ends).toEqual([]);
  });

  it('kills a program that does not stop in time', async () => {
    const program = nodeProcess(`process.on('SIGTERM', () => undefined); ${forever}`, {
      stopTimeoutMs: 100,
    });
    await program.start();

    await program.stop();

    expect(program.isAlive).toBe(false);
  });

  it('starts again after a stop', async () => {
    const program = nodeProcess(forever);
    await program.start();
    const first = program.identity;
    await program.stop();

    await program.start();

    expect(program.identity?.pid).not.toBe(first?.pid);
    await program.stop();
  });

  it('says when there is no such program', async () => {
    const program = nodeProcess('', {
      command: '/nowhere/program',
      isReady: async () => await Promise.resolve(false),
    });

    await expect(program.start()).rejects.toThrow('ENOENT');
  });
});

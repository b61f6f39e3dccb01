import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { defaultStackFolder } from './folders.ts';
import { freePorts } from './ports.ts';
import { identify } from './process-identity.ts';
import type { StackState } from './stack-state.ts';

const servers = ['postgres', 'kafka', 'registry', 'zipkin'] as const;
let folder = '';
let ports: number[] = [];

interface Result {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function launch(program: string, args: readonly string[] = []): ChildProcess {
  const file = join(import.meta.dirname, `${program}.ts`);
  const { DATABASE_URL: _d, KAFKA_BROKERS: _k, SCHEMA_REGISTRY_URL: _s, ...env } = process.env;
  return spawn(process.execPath, [file, ...args], { env: { ...env, SLUICE_DIR: folder } });
}

async function resultOf(child: ChildProcess): Promise<Result> {
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, stdout, stderr };
}

async function command(program: string, args: readonly string[] = []): Promise<Result> {
  return await resultOf(launch(program, args));
}

function serverOptions(): string[] {
  const chosen = servers.flatMap((name, index) => [`--${name}-port`, String(ports[index])]);
  return ['--services', 'none', ...chosen];
}

async function whenSaid(child: ChildProcess, text: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    let said = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes(text)) resolve();
    });
    child.once('close', () => reject(new Error(`ended before it said "${text}": ${said}`)));
  });
}

function recordedPids(): number[] {
  const file = join(folder, 'run/processes.json');
  if (!existsSync(file)) return [];
  return (JSON.parse(readFileSync(file, 'utf8')) as { pid: number }[]).map(({ pid }) => pid);
}

const runningPids = (): number[] => recordedPids().filter((pid) => identify(pid) !== undefined);

describe('npm start', () => {
  beforeAll(async () => {
    mkdirSync(defaultStackFolder, { recursive: true });
    folder = mkdtempSync(join(defaultStackFolder, 'start-test-'));
    ports = await freePorts(servers.length);
  });

  afterEach(async () => {
    await command('stop');
  });

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('returns with --detach when all is ready, tells what runs where, and ends with npm stop', async () => {
    const started = await command('start', [...serverOptions(), '--detach', '--json']);
    const status = await command('status', ['--json']);
    const again = await command('start', serverOptions());
    const stopped = await command('stop');
    const afterwards = await command('status', ['--json']);

    expect(started).toMatchObject({ code: 0 });
    const state = JSON.parse(started.stdout) as StackState;
    expect(state.addresses).toContainEqual(
      expect.objectContaining({ name: 'kafka', url: `127.0.0.1:${ports[1]}` }),
    );
    expect(started.stdout + started.stderr).not.toMatch(/postgres:[^@\s/]+@/);
    expect(JSON.parse(status.stdout)).toMatchObject({ isRunning: true, phase: 'ready' });
    expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('npm stop') });
    expect(stopped).toMatchObject({ code: 0, stdout: 'Stopped.\n' });
    expect(afterwards).toMatchObject({ code: 1 });
    expect(recordedPids()).toHaveLength(servers.length);
    expect(runningPids()).toEqual([]);
  });

  it('stops everything on Ctrl-C and resumes with the data', async () => {
    const child = launch('start', serverOptions());
    const result = resultOf(child);
    await whenSaid(child, 'Ready after');

    child.kill('SIGINT');

    expect(await result).toMatchObject({ code: 0 });
    expect(runningPids()).toEqual([]);
    expect(readdirSync(join(folder, 'data'))).toContain('postgres');
  });

  it('stops everything on Ctrl-C while it is still starting', async () => {
    const child = launch('start', serverOptions());
    const result = resultOf(child);
    await whenSaid(child, 'PostgreSQL');

    child.kill('SIGINT');

    expect(await result).toMatchObject({ code: 0 });
    expect(runningPids()).toEqual([]);
  });

  it('clears up after a run that was killed', async () => {
    await command('start', [...serverOptions(), '--detach']);
    const { owner } = JSON.parse(
      readFileSync(join(folder, 'run/stack.json'), 'utf8'),
    ) as StackState;
    process.kill(owner.pid, 'SIGKILL');
    expect(runningPids()).toHaveLength(servers.length);

    const next = await command('start', [...serverOptions(), '--detach']);

    expect(next).toMatchObject({ code: 0 });
    expect(next.stdout).toContain('An earlier run died and left programs behind; ended: ');
  });

  it('says which port is taken and which option changes it, and leaves nothing running', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(ports[1], '127.0.0.1', resolve));

    const result = await command('start', serverOptions());

    server.close();
    expect(result.code).toBe(1);
    expect(result.stderr.trim()).toMatch(
      new RegExp(`^Nothing was started, because port ${ports[1]} .*--kafka-port.*$`),
    );
    expect(runningPids()).toEqual([]);
  });

  it('leaves nothing running when a server cannot start', async () => {
    const options = [...serverOptions(), '--zipkin-port', String(ports[0])];

    const result = await command('start', options);

    expect(result.code).toBe(1);
    expect(runningPids()).toEqual([]);
    expect(await command('status')).toMatchObject({ code: 1 });
  });

  it('removes the data on reset, but not without a yes', async () => {
    const unasked = await command('reset');
    const reset = await command('reset', ['--yes']);

    expect(unasked).toMatchObject({ code: 1, stderr: expect.stringContaining('--yes') });
    expect(reset).toMatchObject({ code: 0 });
    expect(existsSync(join(folder, 'data'))).toBe(false);
    expect(existsSync(join(folder, 'secrets'))).toBe(false);
  });
});

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder, repositoryRoot } from './folders.ts';
import { writeWhole } from './process-ledger.ts';
import { diskFull, StackFailure } from './stack-failure.ts';

const run = promisify(execFile);
const stampsFile = join(cacheFolder, 'build-stamps.json');
const sources = [
  'libs',
  'services',
  'package-lock.json',
  'rolldown.config.ts',
  'tsconfig.base.json',
];
const linesShownMax = 15;
const passedOver = new Set(['node_modules', 'dist', '.types', 'coverage']);

/** The program of a service after the build. */
export function mainFileOf(serviceName: string): string {
  return join(repositoryRoot, 'services', serviceName, 'dist/main.js');
}

/** The migration program of a service after the build; services without a database have none. */
export function migrateFileOf(serviceName: string): string {
  return join(repositoryRoot, 'services', serviceName, 'dist/migrate.js');
}

/**
 * Builds those of the services with Nx that have changed since their last build; one that is current is not touched,
 * so that whoever runs it is not disturbed.
 *
 * Comparing a stamp takes a fraction of the time in which Nx would find the same out.
 */
export async function buildServices(names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  const stamp = contentStamp(sources.map((source) => join(repositoryRoot, source)));
  const stamps = readStamps();
  const isBuilt = (name: string): boolean => stamps[name] === stamp && existsSync(mainFileOf(name));
  const outdated = names.filter((name) => !isBuilt(name));
  if (outdated.length === 0) return;
  const projects = outdated.map((name) => `@sluice/${name}`).join(',');
  const nx = join(repositoryRoot, 'node_modules/nx/dist/bin/nx.js');
  const args = [nx, 'run-many', '-t', 'build', `--projects=${projects}`, '--outputStyle=static'];
  const env = {
    ...process.env,
    NX_DAEMON: 'false',
    NX_TUI: 'false',
    NO_COLOR: '1',
    FORCE_COLOR: '0',
  };
  try {
    const options = { cwd: repositoryRoot, env, maxBuffer: 64 * 2 ** 20, timeout: 10 * 60_000 };
    await run(process.execPath, args, options);
  } catch (error) {
    throw explainBuild(error);
  }
  mkdirSync(cacheFolder, { recursive: true });
  const built = Object.fromEntries(outdated.map((name) => [name, stamp]));
  writeWhole(stampsFile, JSON.stringify({ ...readStamps(), ...built }));
}

function explainBuild(error: unknown): StackFailure {
  const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
  const output = `${stdout}\n${stderr}`;
  if (/ENOSPC|no space left/i.test(output)) return diskFull(repositoryRoot, { cause: error });
  return new StackFailure(
    'build-failed',
    'The services could not be built. Run `npm run build` to see the whole output, mend what it names, then start again. ' +
      `It said:\n${tellingLines(output)}`,
    { cause: error },
  );
}

/** A build's output from the first error on, or its end when it names none. */
export function tellingLines(output: string): string {
  const lines = output.trim().split('\n');
  const firstError = lines.findIndex((line) => /\bERROR\b|\berror:/.test(line));
  const telling = firstError < 0 ? lines.slice(-linesShownMax) : lines.slice(firstError);
  return telling.slice(0, linesShownMax).join('\n');
}

/** What each service was built from last. A file that cannot be read builds everything anew. */
function readStamps(): Readonly<Record<string, unknown>> {
  try {
    const stamps: unknown = JSON.parse(readFileSync(stampsFile, 'utf8'));
    return typeof stamps === 'object' && stamps !== null ? { ...stamps } : {};
  } catch {
    return {};
  }
}

/** The content of files and folders below a path, as one short text that changes with any of them. */
export function contentStamp(paths: readonly string[]): string {
  const hash = createHash('sha256');
  for (const path of paths) addToHash(hash, path);
  return hash.digest('hex');
}

function addToHash(hash: ReturnType<typeof createHash>, path: string): void {
  if (!existsSync(path)) return;
  const found = readdirSyncOrFile(path);
  if (found === undefined) {
    hash.update(`${relative(repositoryRoot, path)}\0`).update(readFileSync(path));
    return;
  }
  for (const name of found.toSorted()) {
    if (!passedOver.has(name)) addToHash(hash, join(path, name));
  }
}

/** The names in a folder, or nothing for a file: half the calls of asking first. */
function readdirSyncOrFile(path: string): string[] | undefined {
  try {
    return readdirSync(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOTDIR') return undefined;
    throw error;
  }
}

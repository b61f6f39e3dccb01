import { execFile } from 'node:child_process';
import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { StackFailure } from './stack-failure.ts';

const run = promisify(execFile);

/** The oldest Java that the schema registry runs on. */
export const javaMajorMin = 21;

/** A Java that is new enough. */
export interface Java {
  readonly executable: string;
  /** The folder that `JAVA_HOME` would name. */
  readonly home: string;
  readonly major: number;
  /** The exact version, because class-data archives fit one build only. */
  readonly version: string;
}

export interface JavaSearch {
  readonly env?: NodeJS.ProcessEnv;
  /** Folders whose children are Java installations. */
  readonly installFolders?: readonly string[];
}

const usualFolders = [
  '/usr/lib/jvm',
  '/Library/Java/JavaVirtualMachines',
  join(homedir(), '.sdkman/candidates/java'),
];

/**
 * Finds the first Java that is new enough: `SLUICE_JAVA`, `JAVA_HOME`, `PATH`, then the usual folders.
 *
 * The `java` on the path may be too old while a newer one stands beside it, so an old one is passed over.
 */
export async function findJava(search: JavaSearch = {}): Promise<Java> {
  const lookedAt: string[] = [];
  for (const executable of candidates(search)) {
    const version = await versionOf(executable);
    const major = version === undefined ? undefined : majorOf(version);
    if (version !== undefined && major !== undefined && major >= javaMajorMin) {
      return { executable, home: dirname(dirname(realpathSync(executable))), major, version };
    }
    lookedAt.push(`${executable} (${version ?? 'does not run'})`);
  }
  const seen = lookedAt.length === 0 ? 'none was found' : `looked at ${lookedAt.join(', ')}`;
  throw new StackFailure(
    'java-missing',
    `Sluice's local stack needs Java ${javaMajorMin} or newer, and ${seen}. ` +
      'Install a current Java (for example Temurin), or set SLUICE_JAVA or JAVA_HOME to the folder of one, then start again.',
  );
}

function candidates({ env = process.env, installFolders = usualFolders }: JavaSearch): string[] {
  const found: string[] = [];
  for (const setting of [env['SLUICE_JAVA'], env['JAVA_HOME']]) {
    if (setting) found.push(...executablesIn(setting));
  }
  for (const folder of (env['PATH'] ?? '').split(delimiter)) {
    if (folder !== '') found.push(join(folder, 'java'));
  }
  for (const folder of installFolders.filter((each) => existsSync(each))) {
    const names = readdirSync(folder).toSorted((a, b) => b.localeCompare(a, 'en'));
    found.push(...names.flatMap((name) => executablesIn(join(folder, name))));
  }
  return [...new Set(found)].filter((each) => existsSync(each));
}

/** A setting may name the installation or the program itself; macOS hides the home one level down. */
function executablesIn(path: string): string[] {
  return [join(path, 'bin/java'), join(path, 'Contents/Home/bin/java'), path].filter((each) =>
    each.endsWith('java'),
  );
}

async function versionOf(executable: string): Promise<string | undefined> {
  try {
    const { stdout, stderr } = await run(executable, ['-version'], { timeout: 10_000 });
    return /version "([^"]+)"/.exec(stderr + stdout)?.[1];
  } catch {
    return undefined;
  }
}

/** Reads `25.0.3`, `17`, `21-ea` and the old `1.8.0_402`. */
export function majorOf(version: string): number | undefined {
  const [, first, second] = /^(\d+)(?:\.(\d+))?/.exec(version) ?? [];
  if (first === undefined) return undefined;
  return Number(first === '1' && second !== undefined ? second : first);
}

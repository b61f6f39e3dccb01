import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Artifact } from './artifacts.ts';
import type { Java } from './java.ts';
import { checkMaven, startMaven } from './maven-version.ts';
import { diskFull, StackFailure } from './stack-failure.ts';
import { quietSteps, type StepRunner } from './steps.ts';
import type { ToolOutcome } from './tool-call.ts';

const run = promisify(execFile);
const fetchTimeoutMs = 15 * 60_000;
const reasonCharsMax = 400;
const dependencyPlugin = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1';

export interface ArtifactStoreOptions {
  readonly cacheFolder: string;
  readonly java: Java;
  /** The Maven to run. @default mvn from the path */
  readonly maven?: string;
  /** Longest wait for Maven's version. @default 20_000 */
  readonly versionTimeoutMs?: number;
  /** Ends a fetch that is no longer wanted. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Brings programs from the Maven repository into the cache folder.
 *
 * A program that is in the cache costs nothing and needs neither Maven nor a network. Programs are fetched one after
 * the other, because two Mavens that fill one repository at once can disturb each other.
 */
export class ArtifactStore {
  private readonly options: ArtifactStoreOptions;
  private queue: Promise<unknown> = Promise.resolve();
  private checked: Promise<void> | undefined;

  constructor(options: ArtifactStoreOptions) {
    this.options = options;
  }

  /** The folder that holds the artifact, complete. A fetch is shown as a step. */
  async get(artifact: Artifact, step: StepRunner = quietSteps): Promise<string> {
    const target = join(this.options.cacheFolder, artifact.folder);
    if (existsSync(target)) return target;
    const fetched = step(`Fetching ${artifact.name} (once)`, () =>
      this.queue.then(() => this.fetch(artifact, target)),
    );
    this.queue = fetched.catch(() => undefined);
    await fetched;
    return target;
  }

  /** Fetches beside the target and renames at the end, so that a folder is complete or absent. */
  private async fetch(artifact: Artifact, target: string): Promise<void> {
    if (existsSync(target)) return;
    const unfinished = `${target}.${process.pid}.part`;
    rmSync(unfinished, { recursive: true, force: true });
    mkdirSync(unfinished, { recursive: true });
    try {
      if (artifact.fetch.kind === 'dependencies') {
        await this.fetchDependencies(artifact.fetch.coordinates, unfinished);
      } else {
        await this.fetchFile(artifact.fetch, unfinished);
      }
      if (!existsSync(target)) renameSync(unfinished, target);
    } finally {
      rmSync(unfinished, { recursive: true, force: true });
    }
  }

  private async fetchDependencies(coordinates: readonly string[], folder: string): Promise<void> {
    const pom = join(folder, 'pom.xml');
    writeFileSync(pom, pomOf(coordinates));
    await this.maven([
      '-f',
      pom,
      `${dependencyPlugin}:copy-dependencies`,
      `-DoutputDirectory=${folder}`,
      '-DincludeScope=runtime',
    ]);
  }

  private async fetchFile(
    file: { readonly coordinate: string; readonly unpack: boolean },
    folder: string,
  ): Promise<void> {
    await this.maven([
      `${dependencyPlugin}:copy`,
      `-Dartifact=${file.coordinate}`,
      `-DoutputDirectory=${folder}`,
    ]);
    if (!file.unpack) return;
    for (const archive of readdirSync(folder)) {
      await run('tar', ['-xzf', join(folder, archive), '-C', folder]);
      rmSync(join(folder, archive));
    }
  }

  private async maven(args: readonly string[]): Promise<void> {
    const { cacheFolder, java, maven: command = 'mvn', versionTimeoutMs, signal } = this.options;
    const env = { ...process.env, JAVA_HOME: java.home };
    this.checked ??= checkMaven({ command, env, timeoutMs: versionTimeoutMs, signal });
    await this.checked;
    const call = { command, args: ['-q', '-B', ...args], env, cwd: cacheFolder };
    const outcome = await startMaven({ ...call, timeoutMs: fetchTimeoutMs, signal });
    signal?.throwIfAborted();
    if (outcome.code !== 0) throw explainMaven(outcome, cacheFolder);
  }
}

function explainMaven({ output, isTimedOut }: ToolOutcome, cacheFolder: string): StackFailure {
  if (/no space left/i.test(output)) return diskFull(cacheFolder);
  const minutes = fetchTimeoutMs / 60_000;
  const reason = isTimedOut ? `Maven was ended after ${minutes} minutes.` : firstError(output);
  return new StackFailure(
    'artifacts-unreachable',
    'Kafka, the schema registry or Zipkin could not be fetched with Maven. ' +
      'Check the network, the proxy and the mirror in ~/.m2/settings.xml, ' +
      `then start again; what was fetched already is kept. ${reason}`.trimEnd(),
  );
}

/** Maven's first error, without the plugin's part before the address that could not be reached. */
function firstError(output: string): string {
  const line = output.split('\n').find((each) => each.startsWith('[ERROR]')) ?? '';
  const telling = line.slice(Math.max(0, line.indexOf('Could not transfer')));
  if (telling === '') return '';
  const isCut = telling.length > reasonCharsMax;
  return `Maven said: ${telling.slice(0, reasonCharsMax)}${isCut ? '…' : ''}`;
}

function pomOf(coordinates: readonly string[]): string {
  const dependencies = coordinates.map((coordinate) => {
    const [group, artifact, version] = coordinate.split(':');
    return `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`;
  });
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>sluice</groupId><artifactId>local-stack</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>${dependencies.join('')}</dependencies>
</project>
`;
}

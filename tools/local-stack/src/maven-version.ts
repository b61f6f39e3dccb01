import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { StackFailure } from './stack-failure.ts';
import { callTool, type ToolCall } from './tool-call.ts';

/** The oldest Maven that fetches what the stack needs. */
export const mavenVersionMin = '3.8';

const versionTimeoutMs = 20_000;
const purpose =
  `The local stack fetches Kafka, the schema registry and Zipkin with Maven ${mavenVersionMin} or newer, ` +
  'and ';
const remedy =
  'and put it first on the PATH, then start again; after the first start Maven is not needed any more.';

export interface MavenCheck {
  /** The program, a name on the path or a whole path. */
  readonly command: string;
  /** Its environment, in which `JAVA_HOME` names a Java that runs. */
  readonly env: NodeJS.ProcessEnv;
  /** Longest wait for its version. @default 20_000 */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Refuses a Maven that is missing, too old, hangs or is no Maven, and says what was found where. */
export async function checkMaven(check: MavenCheck): Promise<void> {
  const { command, env, timeoutMs = versionTimeoutMs, signal } = check;
  const call = { command, args: ['-v'], env, timeoutMs, signal };
  const { code, output, isTimedOut } = await startMaven(call);
  signal?.throwIfAborted();
  const place = placeOf(command, env);
  if (isTimedOut) {
    const seconds = (timeoutMs / 1000).toString();
    throw unusable(`\`${place} -v\` did not answer within ${seconds} s and was ended.`);
  }
  const version = /Apache Maven (\d[\w.+-]*)/.exec(output)?.[1];
  if (version === undefined || code !== 0) {
    const said = firstLine(output);
    const ending = code === 0 ? 'names no version' : 'fails';
    throw unusable(`\`${place} -v\` ${ending}${said === '' ? '' : ` and says “${said}”`}.`);
  }
  if (!isNewEnough(version)) throw unusable(`${place} is Maven ${version}.`);
}

/** True for versions from the oldest one on; `4.0.0-rc-4` counts as 4.0. */
export function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = numbersOf(version);
  const [majorMin = 0, minorMin = 0] = numbersOf(mavenVersionMin);
  return major > majorMin || (major === majorMin && minor >= minorMin);
}

/** Runs Maven; a failure to start it at all is told as a Maven that is missing. */
export async function startMaven(call: ToolCall): Promise<Awaited<ReturnType<typeof callTool>>> {
  try {
    return await callTool(call);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== 'ENOENT' && code !== 'EACCES') throw error;
    const what = code === 'ENOENT' ? 'was not found' : 'may not be run';
    throw new StackFailure(
      'maven-missing',
      `${purpose}the command \`${call.command}\` ${what}. Install Maven ${mavenVersionMin} or newer ${remedy}`,
      { cause: error },
    );
  }
}

function unusable(what: string): StackFailure {
  return new StackFailure('maven-unusable', `${purpose}${what} Install a current Maven ${remedy}`);
}

/** The whole path of the program that the name stands for. */
function placeOf(command: string, env: NodeJS.ProcessEnv): string {
  if (command.includes('/')) return command;
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, command)).find((path) => existsSync(path)) ?? command;
}

function numbersOf(version: string): number[] {
  return version.split('.').map((part) => Number.parseInt(part, 10) || 0);
}

function firstLine(output: string): string {
  const lines = output.split('\n').map((line) => line.trim());
  return (lines.find((line) => line !== '') ?? '').slice(0, 200);
}

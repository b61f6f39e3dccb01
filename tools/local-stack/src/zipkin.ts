import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { StackFolders } from './folders.ts';
import type { Java } from './java.ts';
import { ManagedProcess } from './managed-process.ts';
import { answersHttp } from './readiness.ts';

export interface ZipkinOptions {
  readonly folders: StackFolders;
  readonly java: Java;
  /** The folder that holds the jar. */
  readonly jarFolder: string;
  readonly port: number;
}

/** Describes the trace viewer; nothing runs until its `start`. It keeps traces in memory only. */
export function embeddedZipkin({ folders, java, jarFolder, port }: ZipkinOptions): ManagedProcess {
  const jar = readdirSync(jarFolder).find((name) => name.endsWith('.jar')) ?? 'zipkin.jar';
  return new ManagedProcess({
    name: 'zipkin',
    command: java.executable,
    args: [
      '-Xmx256m',
      '-XX:+UseSerialGC',
      '-XX:TieredStopAtLevel=1',
      '-XX:-UsePerfData',
      '-jar',
      join(jarFolder, jar),
      '--armeria.ports[0].ip=127.0.0.1',
      `--armeria.ports[0].port=${port}`,
      '--armeria.ports[0].protocols[0]=http',
      '--logging.level.root=WARN',
    ],
    env: process.env,
    cwd: folders.root,
    logFile: join(folders.logs, 'zipkin.log'),
    isReady: async () => await answersHttp(`http://127.0.0.1:${port}/health`),
  });
}

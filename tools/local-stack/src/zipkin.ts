import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { archivingStopTimeoutMs, ClassArchive } from './class-archive.ts';
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

/** A trace viewer that keeps traces in memory only. */
export interface Zipkin {
  readonly process: ManagedProcess;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Describes the trace viewer; nothing runs until its `start`. */
export function embeddedZipkin({ folders, java, jarFolder, port }: ZipkinOptions): Zipkin {
  const archive = new ClassArchive(jarFolder, java);
  const jar = readdirSync(jarFolder).find((name) => name.endsWith('.jar')) ?? 'zipkin.jar';
  const managed = new ManagedProcess({
    name: 'zipkin',
    command: java.executable,
    args: [
      ...archive.arguments,
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
    stopTimeoutMs: archivingStopTimeoutMs,
  });
  return {
    process: managed,
    start: () => managed.start(),
    async stop() {
      await managed.stop();
      archive.keep();
    },
  };
}

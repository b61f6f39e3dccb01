import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { archivingStopTimeoutMs, ClassArchive } from './class-archive.ts';
import { makePrivate, type StackFolders } from './folders.ts';
import type { Java } from './java.ts';
import { nodeSettings, type KafkaPorts } from './kafka-settings.ts';
import { ManagedProcess } from './managed-process.ts';
import { answersKafka } from './readiness.ts';

const run = promisify(execFile);

export interface KafkaOptions {
  readonly folders: StackFolders;
  readonly java: Java;
  /** The folder that holds Kafka's jars. */
  readonly jarFolder: string;
  /** One pair for each broker; an odd number of them. */
  readonly ports: readonly KafkaPorts[];
}

/** One broker of the stack; a test may kill, halt or restart it without the others. */
export interface KafkaNode {
  /** Kafka's node id, from 1. */
  readonly id: number;
  /** Host and port as clients use them. */
  readonly address: string;
  readonly process: ManagedProcess;
}

/** The embedded brokers, each of them also a controller. */
export interface Kafka {
  readonly nodes: readonly KafkaNode[];
  /** Formats the log folders on a first start, then starts all brokers at once. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Describes the embedded Kafka; nothing runs until `start`. */
export function embeddedKafka(options: KafkaOptions): Kafka {
  const { folders, ports } = options;
  const nodes = ports.map((_, index) => describeNode(options, index));
  const metaFiles = nodes.map(({ dataFolder }) => join(dataFolder, 'meta.properties'));
  return {
    nodes: nodes.map(({ id, address, managed }) => ({ id, address, process: managed })),
    async start() {
      writeFileSync(join(folders.run, loggingFileName), loggingSettings);
      const clusterId = knownClusterId(metaFiles) ?? randomBytes(16).toString('base64url');
      await Promise.all(nodes.map((node) => node.format(clusterId)));
      await Promise.all(nodes.map(({ managed }) => managed.start()));
    },
    async stop() {
      // In turn: a broker hands its partitions over while others live, which keeps the next start short.
      for (const { managed } of nodes) await managed.stop();
      for (const { archive } of nodes) archive.keep();
    },
  };
}

interface DescribedNode {
  readonly id: number;
  readonly address: string;
  readonly dataFolder: string;
  readonly archive: ClassArchive;
  readonly managed: ManagedProcess;
  format(clusterId: string): Promise<void>;
}

const loggingFileName = 'kafka-log4j2.properties';

function describeNode(options: KafkaOptions, index: number): DescribedNode {
  const { folders, java, jarFolder, ports } = options;
  const { port = 0 } = ports[index] ?? {};
  const isAlone = ports.length === 1;
  const id = index + 1;
  const name = isAlone ? 'kafka' : `kafka-${id}`;
  const dataFolder = join(folders.data, name);
  const settingsFile = join(folders.run, `${name}.properties`);
  const archive = new ClassArchive(jarFolder, java, id);
  const logging = `-Dlog4j2.configurationFile=${join(folders.run, loggingFileName)}`;
  const base = ['-cp', classPath(jarFolder), ...jvmSettings(isAlone ? 384 : 256), logging];
  const managed = new ManagedProcess({
    name,
    command: java.executable,
    args: [...archive.arguments, ...base, 'kafka.Kafka', settingsFile],
    env: process.env,
    cwd: folders.root,
    logFile: join(folders.logs, `${name}.log`),
    isReady: async () => await answersKafka(port),
    // The last brokers of a cluster wait for a majority of controllers that does not come back.
    stopTimeoutMs: isAlone || !archive.isWritten ? archivingStopTimeoutMs : 4_000,
  });
  const format = async (clusterId: string): Promise<void> => {
    makePrivate(dataFolder);
    writeFileSync(settingsFile, nodeSettings(ports, { index, dataFolder }));
    if (existsSync(join(dataFolder, 'meta.properties'))) return;
    // With `=`, because an id may begin with a minus sign.
    const args = [...base, 'kafka.tools.StorageTool', 'format', `--cluster-id=${clusterId}`];
    await run(java.executable, [...args, '-c', settingsFile], { cwd: folders.root });
  };
  return { id, address: `127.0.0.1:${port}`, dataFolder, archive, managed, format };
}

/** All brokers of a cluster carry one id, also when an earlier start was broken off between them. */
function knownClusterId(metaFiles: readonly string[]): string | undefined {
  for (const file of metaFiles.filter((each) => existsSync(each))) {
    const id = /^cluster\.id=(.+)$/m.exec(readFileSync(file, 'utf8'))?.[1];
    if (id !== undefined) return id.trim();
  }
  return undefined;
}

function jvmSettings(heapMegabytesMax: number): readonly string[] {
  return [
    '-Xms64m',
    `-Xmx${heapMegabytesMax}m`,
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
    '-XX:-UsePerfData',
  ];
}

/** The archive fits one class path only, so the order must not depend on the disk. */
function classPath(jarFolder: string): string {
  const jars = readdirSync(jarFolder).filter((name) => name.endsWith('.jar'));
  return jars
    .toSorted()
    .map((name) => join(jarFolder, name))
    .join(process.platform === 'win32' ? ';' : ':');
}

const loggingSettings = `status=error
appender.console.type=Console
appender.console.name=console
appender.console.layout.type=PatternLayout
appender.console.layout.pattern=%d{ISO8601} %p %c{1} %m%n
rootLogger.level=warn
rootLogger.appenderRef.console.ref=console
`;

import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { makePrivate, type StackFolders } from './folders.ts';
import type { Java } from './java.ts';
import { ManagedProcess } from './managed-process.ts';
import { answersKafka } from './readiness.ts';

const run = promisify(execFile);

export interface KafkaOptions {
  readonly folders: StackFolders;
  readonly java: Java;
  /** The folder that holds Kafka's jars. */
  readonly jarFolder: string;
  readonly port: number;
  readonly controllerPort: number;
}

/** One broker that is its own controller. */
export interface Kafka {
  readonly process: ManagedProcess;
  /** Formats the log folder on a first start, then starts the broker. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Describes the embedded Kafka; nothing runs until `start`. */
export function embeddedKafka(options: KafkaOptions): Kafka {
  const { folders, java, jarFolder } = options;
  const dataFolder = join(folders.data, 'kafka');
  const settingsFile = join(folders.run, 'kafka.properties');
  const loggingFile = join(folders.run, 'kafka-log4j2.properties');
  const archive = join(jarFolder, `classes-${java.version}.jsa`);
  const newArchive = `${archive}.${process.pid}.part`;
  const sharing = existsSync(archive)
    ? [`-XX:SharedArchiveFile=${archive}`, '-Xshare:auto', '-Xlog:cds=off', '-Xlog:cds+dynamic=off']
    : [`-XX:ArchiveClassesAtExit=${newArchive}`];
  const base = [
    '-cp',
    classPath(jarFolder),
    ...jvmSettings,
    `-Dlog4j2.configurationFile=${loggingFile}`,
  ];
  const managed = new ManagedProcess({
    name: 'kafka',
    command: java.executable,
    args: [...sharing, ...base, 'kafka.Kafka', settingsFile],
    env: process.env,
    cwd: folders.root,
    logFile: join(folders.logs, 'kafka.log'),
    isReady: async () => await answersKafka(options.port),
    // Writing the class-data archive at the very first stop takes some seconds more.
    stopTimeoutMs: 30_000,
  });
  return {
    process: managed,
    async start() {
      makePrivate(dataFolder);
      writeFileSync(settingsFile, brokerSettings(options, dataFolder));
      writeFileSync(loggingFile, loggingSettings);
      if (!existsSync(join(dataFolder, 'meta.properties'))) {
        const clusterId = randomBytes(16).toString('base64url');
        // With `=`, because an id may begin with a minus sign.
        const id = `--cluster-id=${clusterId}`;
        const args = [...base, 'kafka.tools.StorageTool', 'format', id];
        await run(java.executable, [...args, '-c', settingsFile], { cwd: folders.root });
      }
      await managed.start();
    },
    async stop() {
      await managed.stop();
      if (existsSync(newArchive)) renameSync(newArchive, archive);
    },
  };
}

const jvmSettings = [
  '-Xms64m',
  '-Xmx384m',
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '-XX:-UsePerfData',
];

/** The archive fits one class path only, so the order must not depend on the disk. */
function classPath(jarFolder: string): string {
  const jars = readdirSync(jarFolder).filter((name) => name.endsWith('.jar'));
  return jars
    .toSorted()
    .map((name) => join(jarFolder, name))
    .join(process.platform === 'win32' ? ';' : ':');
}

function brokerSettings(options: KafkaOptions, dataFolder: string): string {
  const address = `127.0.0.1:${options.port}`;
  const controller = `127.0.0.1:${options.controllerPort}`;
  return `process.roles=broker,controller
node.id=1
controller.quorum.voters=1@${controller}
listeners=PLAINTEXT://${address},CONTROLLER://${controller}
advertised.listeners=PLAINTEXT://${address}
controller.listener.names=CONTROLLER
log.dirs=${dataFolder.replaceAll('\\', '/')}
auto.create.topics.enable=false
default.replication.factor=1
min.insync.replicas=1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
log.cleaner.dedupe.buffer.size=4194304
log.cleaner.threads=1
metadata.max.idle.interval.ms=5000
num.network.threads=2
num.io.threads=2
num.replica.fetchers=1
num.recovery.threads.per.data.dir=2
background.threads=2
`;
}

const loggingSettings = `status=error
appender.console.type=Console
appender.console.name=console
appender.console.layout.type=PatternLayout
appender.console.layout.pattern=%d{ISO8601} %p %c{1} %m%n
rootLogger.level=warn
rootLogger.appenderRef.console.ref=console
`;

import { spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { runCommand } from './command-line.ts';
import { mainFileOf, migrateFileOf } from './build-services.ts';
import { repositoryRoot } from './folders.ts';
import { serviceNodeOptions } from './node-options.ts';
import { migrate, provision } from './prepare-data.ts';
import { SecretFiles } from './secrets.ts';
import { serviceSettings, type SettingsSource } from './service-settings.ts';
import { defaultServicePorts, infrastructurePorts, serviceTable } from './service-table.ts';
import { StackFailure } from './stack-failure.ts';

const help = `Runs one part of Sluice in a container of deploy/compose.yaml, with the settings of the local stack.

  node tools/local-stack/src/container.ts provision   make topics, event schemas, database roles and secrets, then end
  node tools/local-stack/src/container.ts SERVICE     migrate and run that service

  DATABASE_URL, KAFKA_BROKERS, SCHEMA_REGISTRY_URL, TRACES_URL   the servers
  DATA_DIR, SECRETS_DIR                                          folders on shared volumes
`;

const [job = '--help'] = process.argv.slice(2);

await runCommand(async () => {
  if (job === '--help') {
    process.stdout.write(help);
  } else if (job === 'provision') {
    await provisionAll();
  } else {
    await runService(job);
  }
});

/** Containers find each other by the names of their compose services. */
function containerSource(): SettingsSource {
  const ports = defaultServicePorts();
  const secretsFolder = required('SECRETS_DIR');
  mkdirSync(secretsFolder, { recursive: true, mode: 0o700 });
  return {
    databaseUrl: required('DATABASE_URL'),
    kafkaBrokers: required('KAFKA_BROKERS'),
    schemaRegistryUrl: required('SCHEMA_REGISTRY_URL'),
    tracesUrl: process.env['TRACES_URL'] ?? '',
    zipkinPublicUrl: `http://127.0.0.1:${infrastructurePorts.zipkin}`,
    httpHost: '0.0.0.0',
    ports,
    urlOf: (name) => `http://${containerOf(name)}:${ports[name]}`,
    secrets: new SecretFiles(secretsFolder),
    dataFolder: required('DATA_DIR'),
  };
}

function containerOf(portName: string): string {
  const entry = serviceTable.find(({ ports }) => ports.some(({ name }) => name === portName));
  return entry?.name ?? portName;
}

function required(setting: string): string {
  const value = process.env[setting];
  if (value) return value;
  throw new StackFailure('invalid-option', `${setting} is not set; deploy/compose.yaml sets it.`);
}

/** Runs before every service, and alone, so that no two containers make the same secret. */
async function provisionAll(): Promise<void> {
  const source = containerSource();
  for (const entry of serviceTable) serviceSettings(entry, source);
  const secretsFolder = required('SECRETS_DIR');
  await provision({ source, secretsFolder, entries: serviceTable, mayPassOver: false });
  process.stdout.write('Topics, event schemas, database roles and secrets are in place.\n');
}

async function runService(name: string): Promise<void> {
  const entry = serviceTable.find((each) => each.name === name);
  if (entry === undefined) throw new StackFailure('invalid-option', `There is no service ${name}.`);
  const source = containerSource();
  if (existsSync(migrateFileOf(name))) {
    const secretsFolder = required('SECRETS_DIR');
    await migrate({ source, secretsFolder, entries: [entry], mayPassOver: false });
  }
  const child = spawn(process.execPath, [...serviceNodeOptions, mainFileOf(name)], {
    cwd: repositoryRoot,
    env: { ...process.env, ...serviceSettings(entry, source) },
    stdio: 'inherit',
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => child.kill(signal));
  }
  process.exitCode = await new Promise<number>((resolve) => {
    child.once('exit', (code) => resolve(code ?? 0));
    child.once('error', () => resolve(1));
  });
}

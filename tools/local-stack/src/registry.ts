import { join } from 'node:path';
import pg from 'pg';
import { archivingStopTimeoutMs, ClassArchive } from './class-archive.ts';
import type { StackFolders } from './folders.ts';
import type { Java } from './java.ts';
import { ManagedProcess } from './managed-process.ts';
import { answersHttp } from './readiness.ts';
import type { SecretFiles } from './secrets.ts';

export interface RegistryOptions {
  readonly folders: StackFolders;
  readonly secrets: SecretFiles;
  readonly java: Java;
  /** The folder that holds the unpacked registry. */
  readonly programFolder: string;
  /** A database in which the registry gets a role and a schema of its own. */
  readonly databaseUrl: string;
  readonly port: number;
  readonly managementPort: number;
}

const role = 'schema_registry';

/** A schema registry with Confluent's API, kept in PostgreSQL. */
export interface Registry {
  readonly process: ManagedProcess;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** The address of the registry, its path included. */
export function registryUrl(port: number): string {
  return `http://127.0.0.1:${port}/apis/ccompat/v7`;
}

/** Describes the embedded registry; nothing runs until `start`. */
export function embeddedRegistry(options: RegistryOptions): Registry {
  const { folders, java, port } = options;
  const password = options.secrets.get('schema-registry-password');
  const database = new URL(options.databaseUrl);
  const archive = new ClassArchive(options.programFolder, java);
  const managed = new ManagedProcess({
    name: 'schema-registry',
    command: java.executable,
    args: [
      ...archive.arguments,
      ...jvmSettings,
      '-jar',
      join(options.programFolder, 'quarkus-run.jar'),
    ],
    env: {
      ...process.env,
      QUARKUS_HTTP_HOST: '127.0.0.1',
      QUARKUS_HTTP_PORT: String(port),
      QUARKUS_MANAGEMENT_HOST: '127.0.0.1',
      QUARKUS_MANAGEMENT_PORT: String(options.managementPort),
      QUARKUS_LOG_LEVEL: 'WARN',
      QUARKUS_LOG_CATEGORY__IO_APICURIO__LEVEL: 'WARN',
      QUARKUS_LOG_CATEGORY__IO_QUARKUS__LEVEL: 'WARN',
      QUARKUS_HTTP_ACCESS_LOG_ENABLED: 'false',
      APICURIO_STORAGE_KIND: 'sql',
      APICURIO_STORAGE_SQL_KIND: 'postgresql',
      APICURIO_DATASOURCE_URL: `jdbc:postgresql://${database.host}${database.pathname}`,
      APICURIO_DATASOURCE_USERNAME: role,
      APICURIO_DATASOURCE_PASSWORD: password,
      APICURIO_RULES_GLOBAL_COMPATIBILITY: 'FULL_TRANSITIVE',
    },
    cwd: folders.root,
    logFile: join(folders.logs, 'schema-registry.log'),
    isReady: async () => await answersHttp(`${registryUrl(port)}/subjects`),
    stopTimeoutMs: archivingStopTimeoutMs,
  });
  return {
    process: managed,
    async start() {
      await ensureRole(options.databaseUrl, password);
      await managed.start();
    },
    async stop() {
      await managed.stop();
      archive.keep();
    },
  };
}

const jvmSettings = ['-Xmx192m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-XX:-UsePerfData'];

async function ensureRole(databaseUrl: string, password: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const found = await client.query('select 1 from pg_roles where rolname = $1', [role]);
    const verb = found.rowCount === 0 ? 'create' : 'alter';
    await client.query(`${verb} role ${role} login password ${client.escapeLiteral(password)}`);
    await client.query(`create schema if not exists ${role} authorization ${role}`);
    await client.query(`alter role ${role} set search_path = ${role}`);
  } finally {
    await client.end();
  }
}

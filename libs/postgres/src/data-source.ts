import type { ClientBase, Pool } from 'pg';
import { DataSource, type EntitySchema, type MigrationInterface } from 'typeorm';
import { planOnce, PreparingClient } from './preparing-client.ts';
import { endWhenSilent } from './silent-server.ts';

/** A migration class; its `name` ends in 13 digits, by which TypeORM orders it. */
export type MigrationClass = new () => MigrationInterface;

/** An entity class or schema, as TypeORM takes it. */
export type EntityClass = (abstract new () => unknown) | EntitySchema;

/** How a service reaches its own schema. */
export interface PostgresOptions {
  /** Role and database; the role's `search_path` is its schema. */
  readonly databaseUrl: string;
  /** Shown in `pg_stat_activity`. */
  readonly applicationName: string;
  /** @default [] */
  readonly entities?: readonly EntityClass[];
  /** An explicit list, libs' migrations first. @default [] */
  readonly migrations?: readonly MigrationClass[];
  /** Connections of this process, the relay's and the consumers' included. @minimum 2 @default 10 */
  readonly poolMax?: number;
  /** A statement that runs longer is cancelled by the server. @default 15_000 */
  readonly statementTimeoutMs?: number;
  /** A transaction that idles longer is ended by the server, so that no lock outlives a stall. @default 30_000 */
  readonly idleInTransactionTimeoutMs?: number;
  /** Waiting for a free or new connection, before the database counts as down. @default 5_000 */
  readonly connectTimeoutMs?: number;
  /**
   * A connection whose server does not answer for so long is ended, and the database counts as down.
   * Must be above `statementTimeoutMs`, within which a living server answers. @default statementTimeoutMs + 5_000
   */
  readonly silenceTimeoutMs?: number;
}

/** Above every pause of our jobs and polls: else each would find its connection closed, and open a new one. */
const idleConnectionMs = 60_000;

/**
 * A data source that is not yet connected: call `initialize()` first and `destroy()` last.
 *
 * Nothing is synchronised from entities; the migrations table stands in the role's own schema.
 */
export function createDataSource(options: PostgresOptions): DataSource {
  const statementTimeoutMs = options.statementTimeoutMs ?? 15_000;
  const silenceMsMax = options.silenceTimeoutMs ?? statementTimeoutMs + 5_000;
  return new DataSource({
    type: 'postgres',
    url: options.databaseUrl,
    applicationName: options.applicationName,
    entities: [...(options.entities ?? [])] as never[],
    migrations: [...(options.migrations ?? [])],
    migrationsTableName: 'migration',
    migrationsTransactionMode: 'each',
    synchronize: false,
    installExtensions: false,
    logging: false,
    poolSize: options.poolMax ?? 10,
    connectTimeoutMS: options.connectTimeoutMs ?? 5_000,
    poolErrorHandler: forgetIdleConnection,
    extra: {
      Client: PreparingClient,
      statement_timeout: statementTimeoutMs,
      idle_in_transaction_session_timeout: options.idleInTransactionTimeoutMs ?? 30_000,
      keepAlive: true,
      idleTimeoutMillis: idleConnectionMs,
      onConnect: async (client: ClientBase) => {
        endWhenSilent(client, silenceMsMax);
        await client.query(planOnce);
      },
    },
  });
}

/** The pool under a connected data source, for statements on the hot path. */
export function pgPool(dataSource: DataSource): Pool {
  return (dataSource.driver as unknown as { master: Pool }).master;
}

/**
 * True when the database answers within the bound; never throws.
 *
 * A pool that is exhausted counts as not answering.
 */
export async function pingPostgres(dataSource: DataSource, timeoutMs = 2_000): Promise<boolean> {
  if (!dataSource.isInitialized) return false;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), timeoutMs);
  });
  const answered = pgPool(dataSource)
    .query('select 1')
    .then(
      () => true,
      () => false,
    );
  const isUp = await Promise.race([answered, late]);
  clearTimeout(timer);
  return isUp;
}

// The pool drops a broken idle connection by itself; the next statement opens a new one or fails.
function forgetIdleConnection(): void {}

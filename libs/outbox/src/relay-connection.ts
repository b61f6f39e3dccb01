import { classifyPostgres, planOnce, PreparingClient } from '@sluice/postgres';
import type { Client, QueryResultRow } from 'pg';

/** Name of the channel on which replicas wake the one that owns the shards. */
const channelSql = `'sluice_outbox.' || current_schema()`;

/**
 * The relay's own connection, made again after it broke.
 *
 * It is not from the pool, so that busy handlers cannot starve the relay, and because it is told
 * never to read the whole outbox: without fresh statistics the planner would.
 */
export class RelayConnection {
  readonly #databaseUrl: string;
  readonly #onNotify: ((payload: string | undefined) => void) | undefined;
  readonly #answerTimeoutMs: number;
  #client: Client | undefined;

  /**
   * Listens when `onNotify` is given. `answerTimeoutMs`: above the server's own bound, for a server that has
   * gone silent.
   */
  constructor(
    databaseUrl: string,
    onNotify?: (payload: string | undefined) => void,
    answerTimeoutMs = 40_000,
  ) {
    this.#databaseUrl = databaseUrl;
    this.#onNotify = onNotify;
    this.#answerTimeoutMs = answerTimeoutMs;
  }

  /** Runs one statement. @throws DependencyDown and other failures of Postgres. */
  async query<R extends QueryResultRow>(
    sql: string,
    values: readonly unknown[] = [],
  ): Promise<R[]> {
    try {
      const client = this.#client ?? (await this.#connect());
      const { rows } = await client.query<R>(sql, [...values]);
      return rows;
    } catch (error) {
      if (isSilence(error)) this.#abandon();
      throw classifyPostgres(error) ?? error;
    }
  }

  /** Wakes the relays of the other replicas; they look at once instead of at their next poll. */
  async notify(payload: string): Promise<void> {
    await this.query(`select pg_notify(${channelSql}, $1)`, [payload]);
  }

  /** Runs statements that all see the database at the same moment. */
  async inOneSnapshot<T>(work: () => Promise<T>): Promise<T> {
    await this.query('begin isolation level repeatable read read only');
    try {
      return await work();
    } finally {
      await this.query('commit');
    }
  }

  async close(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    await client?.end().catch(() => undefined);
  }

  /** Nobody waits for the farewell of a server that does not answer. */
  #abandon(): void {
    const client = this.#client;
    this.#client = undefined;
    client?.end().catch(() => undefined);
  }

  async #connect(): Promise<Client> {
    const client = new PreparingClient({
      connectionString: this.#databaseUrl,
      application_name: 'outbox-relay',
      connectionTimeoutMillis: 5_000,
      statement_timeout: 30_000,
      query_timeout: this.#answerTimeoutMs,
      keepAlive: true,
    });
    const forget = (): void => {
      if (this.#client === client) this.#client = undefined;
    };
    client.on('error', forget);
    client.on('end', forget);
    client.on('notification', ({ payload }) => this.#onNotify?.(payload));
    try {
      await client.connect();
      await client.query(`${planOnce}; set enable_seqscan = off`);
      if (this.#onNotify !== undefined) await listen(client);
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error;
    }
    this.#client = client;
    return client;
  }
}

async function listen(client: Client): Promise<void> {
  const { rows } = await client.query<{ channel: string }>(
    `select quote_ident(${channelSql}) as channel`,
  );
  await client.query(`listen ${rows[0]?.channel ?? ''}`);
}

function isSilence(error: unknown): boolean {
  return error instanceof Error && error.message === 'Query read timeout';
}

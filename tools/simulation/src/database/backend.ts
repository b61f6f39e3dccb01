import type { Socket } from 'node:net';
import pg from 'pg';
import { real } from '../world/real-time.ts';

/** The driver's own methods, taken before simulated ones stand in for them. */
export const driver = {
  connect: methodOf<(this: pg.Client) => Promise<unknown>>('connect'),
  query: methodOf<(this: pg.Client, query: pg.QueryConfig) => Promise<pg.QueryResult>>('query'),
  end: methodOf<(this: pg.Client) => Promise<void>>('end'),
};

function methodOf<M>(name: string): M {
  const method: unknown = Reflect.get(pg.Client.prototype, name);
  return method as M;
}

const begins = /^(?:begin|start transaction)\b/i;
const ends = /^(?:commit|rollback)$/i;

/** What every borrower says first, and what has the same answer and effect for as long as a connection lives. */
const lasting = new Set([
  'set plan_cache_mode = force_generic_plan; set max_parallel_workers_per_gather = 0',
  'SELECT version()',
  'SELECT * FROM current_schema()',
]);

/** What a statement without rows gives. */
export const emptyResult = {
  command: 'SELECT',
  rowCount: 0,
  oid: 0,
  fields: [],
  rows: [],
} as unknown as pg.QueryResult;

/** A real connection to PostgreSQL, lent to one simulated connection after the other. */
export class Backend {
  readonly #client: pg.Client;
  readonly processId: number;
  /** Settings that the borrower changed and that must not outlive it. */
  isTuned = false;
  #beginning: string | undefined;
  readonly #lasting = new Map<string, pg.QueryResult>();

  private constructor(client: pg.Client, processId: number) {
    this.#client = client;
    this.processId = processId;
  }

  static async open(databaseUrl: string): Promise<Backend> {
    const client = new pg.Client({
      connectionString: databaseUrl,
      application_name: 'simulation',
      pipeline: true,
    });
    client.on('error', () => undefined);
    await driver.connect.call(client);
    const { rows } = await driver.query.call(client, {
      text: 'select pg_backend_pid() as id',
    });
    return new Backend(client, Number((rows as { id: number }[])[0]?.id));
  }

  /** Runs a statement; one with values is parsed once for each connection. */
  query(text: string, values?: readonly unknown[]): Promise<pg.QueryResult> {
    // What is prepared belongs to this connection and outlives every borrower.
    if (text === 'deallocate all') return this.#send('select');
    if (begins.test(text) && this.#beginning === undefined) return this.#begin(text);
    if (ends.test(text) && this.#beginning !== undefined) {
      this.#beginning = undefined;
      return Promise.resolve(emptyResult);
    }
    return lasting.has(text) ? this.#once(text) : this.#sendAll(text, values);
  }

  /** A transaction begins with its first statement: until then the server has nothing to do for it. */
  #begin(text: string): Promise<pg.QueryResult> {
    this.#beginning = text;
    return Promise.resolve(emptyResult);
  }

  async #once(text: string): Promise<pg.QueryResult> {
    const known = this.#lasting.get(text);
    if (known !== undefined) return known;
    const result = await this.#sendAll(text);
    this.#lasting.set(text, result);
    return result;
  }

  #sendAll(text: string, values?: readonly unknown[]): Promise<pg.QueryResult> {
    const beginning = this.#beginning;
    if (beginning === undefined) return this.#send(text, values);
    this.#beginning = undefined;
    const { stream } = (this.#client as unknown as { connection: { stream: Socket } }).connection;
    stream.cork();
    try {
      // It cannot fail, and if the connection is lost the statement behind it fails as well.
      this.#send(beginning).catch(() => undefined);
      return this.#send(text, values);
    } finally {
      stream.uncork();
    }
  }

  async #send(text: string, values: readonly unknown[] = []): Promise<pg.QueryResult> {
    const query =
      values.length === 0 ? { text } : { name: nameOf(text), text, values: [...values] };
    try {
      return await driver.query.call(this.#client, query);
    } catch (error) {
      // The server tells an error before it has let go of the transaction's locks; what comes next waits for that.
      await driver.query.call(this.#client, { text: '' }).catch(() => undefined);
      throw error;
    }
  }

  async close(): Promise<void> {
    await driver.end.call(this.#client).catch(() => undefined);
  }
}

const names = new Map<string, string>();

function nameOf(text: string): string {
  const name = names.get(text) ?? `s${names.size}`;
  names.set(text, name);
  return name;
}

/** True when the work has settled within so much real time. */
export async function isSettledWithin(work: Promise<unknown>, realMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = real.setTimeout(() => resolve(false), realMs);
  });
  const isSettled = await Promise.race([
    work.then(
      () => true,
      () => true,
    ),
    late,
  ]);
  real.clearTimeout(timer);
  return isSettled;
}

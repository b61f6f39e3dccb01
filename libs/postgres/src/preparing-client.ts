import { createHash } from 'node:crypto';
import { Client, type QueryConfig } from 'pg';

/** Statements a process prepares; every connection keeps each of them, so they must not grow without bound. */
const preparedMax = 256;

/** What Postgres says when a migration has changed the columns of a prepared `select *`. */
export const planChanged = 'cached plan must not change result type';

/**
 * Planned once for all values, and for one process: our statements find few rows by key, whatever the values are. A
 * plan for a grown table would start parallel workers, and starting two of them costs a hundred times what such a
 * statement does.
 */
export const planOnce =
  'set plan_cache_mode = force_generic_plan; set max_parallel_workers_per_gather = 0';

class Preparing extends Client {
  #age = ageNow();

  override query(...given: unknown[]): never {
    const [text, values, callback] = given;
    const run = super.query.bind(this) as (...args: unknown[]) => unknown;
    const hash = typeof text === 'string' && isFilled(values) ? hashOf(text) : undefined;
    if (hash === undefined) return run(...given) as never;
    const age = ageNow();
    if (age !== this.#age) {
      this.#age = age;
      (run('deallocate all') as Promise<unknown>).then(() => forgetNames(this), ignore);
    }
    const config = { name: `${age}_${hash}`, text, values } as QueryConfig;
    if (typeof callback === 'function') return run(config, callback) as never;
    const answer = run(config) as Promise<unknown>;
    answer.catch(forgetChangedPlans);
    return answer as never;
  }
}

/**
 * A connection that prepares every statement with parameters once and then only binds and executes it.
 *
 * Parsing and planning cost more than most of our statements' work. Plans are made anew after 1, 3, 7, 15 … seconds
 * of the process, later every five minutes: a plan made for an empty table would read all of a grown one. Texts
 * beyond the first 256 of a process are run as they are. A pooler in transaction mode must know prepared statements
 * (PgBouncer: `max_prepared_statements`).
 */
export const PreparingClient = Preparing as typeof Client;

const steadyAfterSeconds = 255;
const steadySeconds = 300;
let changedPlans = 0;
const hashes = new Map<string, string>();

/** Grows when plans are to be made anew. */
function ageNow(): string {
  const seconds = performance.now() / 1_000;
  const early = Math.floor(Math.log2(1 + Math.min(seconds, steadyAfterSeconds)));
  const steady = Math.max(0, Math.floor((seconds - steadyAfterSeconds) / steadySeconds));
  return `s${early + steady}_${changedPlans}`;
}

function hashOf(text: string): string | undefined {
  const known = hashes.get(text);
  if (known !== undefined || hashes.size >= preparedMax) return known;
  const hash = createHash('sha256').update(text).digest('base64url').slice(0, 16);
  hashes.set(text, hash);
  return hash;
}

/** From here on everything is prepared anew; the caller tries again like after any transient failure. */
function forgetChangedPlans(error: unknown): void {
  if (error instanceof Error && error.message === planChanged) changedPlans += 1;
}

/** The driver remembers every name for as long as the connection lives, and a relay's lives for months. */
function forgetNames(client: Client): void {
  const { connection } = client as unknown as { connection: { parsedStatements: object } };
  connection.parsedStatements = {};
}

/** In a transaction that has failed nothing can be deallocated; what is left over is small. */
function ignore(): void {}

function isFilled(values: unknown): values is readonly unknown[] {
  return Array.isArray(values) && values.length > 0;
}

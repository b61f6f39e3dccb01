import { world } from '../world/world.ts';
import { Backend } from './backend.ts';
import type { ServerClock } from './server-clock.ts';

const replicaLagMs = 20_000;

/** The real connections of one worker: lent to simulated ones, and one of our own for looking and steering. */
export class Backends {
  readonly #databaseUrl: string;
  readonly #free: Backend[] = [];
  readonly #all: Backend[] = [];
  #control: Backend | undefined;
  #replica: { readonly backend: Backend; readonly sinceMs: number } | undefined;
  readonly clock: ServerClock;
  /** What the database's clock is ahead of true time. */
  clockOffsetMs = 0;

  constructor(databaseUrl: string, clock: ServerClock) {
    this.#databaseUrl = databaseUrl;
    this.clock = clock;
  }

  async open(): Promise<void> {
    this.#control = await this.#make();
  }

  /** Runs a statement of the simulation itself. */
  async ask<R>(text: string, values?: readonly unknown[]): Promise<R[]> {
    if (this.#control === undefined) throw new Error('The backends are not open.');
    const { rows } = await this.#control.query(text, values);
    return rows as R[];
  }

  async borrow(): Promise<Backend> {
    return this.#free.pop() ?? (await this.#make());
  }

  /** Takes a connection back; whatever it had open is rolled back. */
  async giveBack(backend: Backend, isInTransaction: boolean): Promise<void> {
    if (isInTransaction) await backend.query('rollback');
    if (backend.isTuned) await backend.query('reset enable_seqscan');
    backend.isTuned = false;
    this.#free.push(backend);
  }

  /** Which of our other connections this one waits for. */
  async blockersOf(backend: Backend): Promise<readonly number[]> {
    const rows = await this.ask<{ pids: number[] }>('select pg_blocking_pids($1) as pids', [
      backend.processId,
    ]);
    return rows[0]?.pids ?? [];
  }

  async cancel(backend: Backend): Promise<void> {
    await this.ask('select pg_cancel_backend($1)', [backend.processId]);
  }

  /** Lets the database's clock show the virtual instant. */
  tellTime(): void {
    this.clock.show(Math.floor(world().nowMs + this.clockOffsetMs));
  }

  /** A connection that sees the database as it was some time ago. */
  async replica(): Promise<Backend> {
    const { nowMs } = world();
    if (this.#replica !== undefined && nowMs - this.#replica.sinceMs < replicaLagMs) {
      return this.#replica.backend;
    }
    await this.closeReplica();
    const backend = await this.borrow();
    await backend.query('begin isolation level repeatable read');
    await backend.query('select 1');
    this.#replica = { backend, sinceMs: nowMs };
    return backend;
  }

  async closeReplica(): Promise<void> {
    const replica = this.#replica;
    this.#replica = undefined;
    if (replica !== undefined) await this.giveBack(replica.backend, true);
  }

  async close(): Promise<void> {
    await Promise.all(this.#all.map((backend) => backend.close()));
  }

  async #make(): Promise<Backend> {
    const backend = await Backend.open(this.#databaseUrl);
    this.#all.push(backend);
    return backend;
  }
}

import type pg from 'pg';
import type { Actor } from '../world/actor.ts';
import { world } from '../world/world.ts';
import { emptyResult } from './backend.ts';
import type { Backends } from './backends.ts';
import { connectionLost, connectionRefused, serverError, Session } from './session.ts';
import {
  labelOf,
  looksAtClock,
  Statement,
  type StatementEnd,
  transactionStep,
} from './statement.ts';

/** What may go wrong with one statement; `undefined` is nothing. */
export type DatabaseFault = 'cut-before' | 'cut-after' | 'slow' | undefined;

/** Decides what goes wrong. */
export interface DatabaseFate {
  faultOf(actor: Actor, step: ReturnType<typeof transactionStep>): DatabaseFault;
}

const statementTimeoutMs = 15_000;
const idleInTransactionMs = 30_000;

/**
 * PostgreSQL as the product's connections see it: a real server behind connections that break, are slow, and wait for
 * locks, one statement at a time.
 */
export class SimulatedDatabase {
  readonly #backends: Backends;
  readonly #fate: DatabaseFate;
  readonly #sessions = new Set<Session>();
  isDown = false;

  constructor(backends: Backends, fate: DatabaseFate) {
    this.#backends = backends;
    this.#fate = fate;
  }

  /** Opens a connection for the present actor. */
  connect(emit: Session['emit']): Promise<Session> {
    const here = world();
    const { actor } = here;
    return new Promise((resolve, reject) => {
      here.planOutside(here.pace.between(0.2, 1.5), async () => {
        if (!actor.isAlive) return;
        if (this.isDown) return here.tell(actor, () => reject(connectionRefused()));
        const session = new Session(actor, emit);
        session.backend = await this.#backends.borrow();
        this.#sessions.add(session);
        here.tell(actor, () => resolve(session));
      });
    });
  }

  /** Runs a statement behind all others of its connection. */
  query(session: Session, text: string, values?: readonly unknown[]): Promise<pg.QueryResult> {
    const run = session.tail.then(() => this.#send(session, text, values));
    session.tail = run.catch(() => undefined);
    return run;
  }

  /** The product closes a connection. */
  async disconnect(session: Session): Promise<void> {
    await this.#lose(session, undefined);
  }

  /** Cuts the connections of an actor that was killed. */
  async forget(actor: Actor): Promise<void> {
    for (const session of this.#of(actor)) await this.#lose(session, undefined);
  }

  /** The server goes down: every connection breaks, and none is made until `isDown` is false. */
  async crash(): Promise<void> {
    this.isDown = true;
    for (const session of this.#all()) await this.#lose(session, connectionLost());
  }

  /** Breaks one connection of an actor; nothing when there is none. */
  async cutOne(actor: Actor): Promise<void> {
    const sessions = this.#of(actor);
    if (sessions.length === 0) return;
    await this.#lose(world().fate.pick(sessions), connectionLost());
  }

  /** The server ends transactions of a stopped process that idle for too long. */
  watchIdle(actor: Actor): void {
    world().planOutside(idleInTransactionMs, async () => {
      const sinceMs = world().nowMs - idleInTransactionMs;
      for (const session of this.#of(actor)) {
        if (session.isInTransaction && session.lastUsedMs <= sinceMs && actor.isStopped) {
          await this.#lose(
            session,
            serverError('25P03', 'terminating connection due to idle-in-transaction timeout'),
          );
        }
      }
    });
  }

  /** Gives every connection back at the end of a history. */
  async end(): Promise<void> {
    for (const session of this.#all()) await this.#lose(session, undefined);
  }

  #all(): readonly Session[] {
    return [...this.#sessions];
  }

  #of(actor: Actor): Session[] {
    return this.#all().filter((session) => session.actor === actor);
  }

  #send(
    session: Session,
    text: string,
    values: readonly unknown[] | undefined,
  ): Promise<pg.QueryResult> {
    const here = world();
    const { actor } = session;
    const step = transactionStep(text);
    const fault = session.isBroken ? undefined : this.#fate.faultOf(actor, step);
    const delayMs = fault === 'slow' ? here.pace.between(500, 4_000) : here.pace.between(0.2, 2);
    if (fault !== undefined) here.countFault(`database ${fault}`);
    return new Promise((resolve, reject) => {
      // An event of its own: the product goes on only when the database has come to rest.
      const answer = (end: StatementEnd): void => {
        here.planOutside(0, () => {
          here.record(`${actor.name} sql ${labelOf(text)} ${outcomeOf(end)}`);
          here.tell(actor, () => ('error' in end ? reject(end.error) : resolve(end.result)));
        });
      };
      here.planOutside(delayMs, async () => {
        // Bytes of a process that was killed in between may have left it or not.
        if (!actor.isAlive && here.fate.isLucky(0.5)) return;
        if (session.backend === undefined) return answer({ error: notQueryable() });
        if (fault === 'cut-before') {
          await this.#lose(session, connectionLost());
          return answer({ error: connectionLost() });
        }
        await this.#execute(session, { text, values, isCut: fault === 'cut-after', answer });
      });
    });
  }

  async #execute(
    session: Session,
    call: {
      readonly text: string;
      readonly values: readonly unknown[] | undefined;
      readonly isCut: boolean;
      readonly answer: (end: StatementEnd) => void;
    },
  ): Promise<void> {
    const { backend } = session;
    const { text } = call;
    if (backend === undefined) return;
    if (this.#isNotification(session, text)) return call.answer({ result: emptyResult });
    if (looksAtClock(text)) this.#backends.tellTime();
    if (text.includes('set enable_seqscan')) backend.isTuned = true;
    const isStale = text.startsWith('/* replica */');
    const reader = isStale ? await this.#backends.replica() : backend;
    const statement = new Statement(reader, text, call.values);
    const step = transactionStep(text);
    const finish = async (): Promise<void> => {
      session.waiting = undefined;
      session.lastUsedMs = world().nowMs;
      if (step === 'begins') session.isInTransaction = true;
      if (step === 'ends' || step === 'commits') session.isInTransaction = false;
      if (call.isCut) {
        await this.#lose(session, connectionLost());
        call.answer({ error: connectionLost() });
      } else if (statement.end !== undefined) call.answer(statement.end);
      if (!session.isInTransaction) await this.#letGo(backend.processId);
    };
    const fail = (error: Error): void => call.answer({ error });
    session.waiting = { statement, finish, fail };
    if (await statement.endsOrBlocks(this.#backends)) return finish();
    world().record(`${session.actor.name} waits for a lock`);
    if (this.#isDeadlock(statement)) {
      return this.#giveUp(session, serverError('40P01', 'deadlock detected'));
    }
    world().planOutside(statementTimeoutMs, async () => {
      if (session.waiting?.statement !== statement) return;
      const timeout = serverError('57014', 'canceling statement due to statement timeout');
      await this.#giveUp(session, timeout);
    });
  }

  async #giveUp(session: Session, error: Error): Promise<void> {
    const { waiting, backend } = session;
    session.waiting = undefined;
    await waiting?.statement.cancel(this.#backends);
    waiting?.fail(error);
    if (!session.isInTransaction && backend !== undefined) await this.#letGo(backend.processId);
  }

  /** A connection has released its locks: whoever waited for it goes on, or waits for the next one. */
  async #letGo(processId: number): Promise<void> {
    for (const session of this.#sessions) {
      const { waiting } = session;
      if (waiting?.statement.blockers.includes(processId) !== true) continue;
      if (await waiting.statement.endsOrBlocks(this.#backends)) await waiting.finish();
    }
  }

  #isDeadlock(statement: Statement): boolean {
    const waitingBy = new Map(
      [...this.#sessions].flatMap(({ waiting }) =>
        waiting === undefined ? [] : [[waiting.statement.backend.processId, waiting.statement]],
      ),
    );
    const seen = new Set<number>();
    const ahead = [...statement.blockers];
    for (let pid = ahead.pop(); pid !== undefined; pid = ahead.pop()) {
      if (pid === statement.backend.processId) return true;
      if (seen.has(pid)) continue;
      seen.add(pid);
      ahead.push(...(waitingBy.get(pid)?.blockers ?? []));
    }
    return false;
  }

  /** Ends a connection; the server rolls back what it had open. */
  async #lose(session: Session, reason: Error | undefined): Promise<void> {
    const { backend, waiting } = session;
    if (backend === undefined) return;
    session.backend = undefined;
    session.isBroken = true;
    session.waiting = undefined;
    this.#sessions.delete(session);
    await waiting?.statement.cancel(this.#backends);
    waiting?.fail(reason ?? connectionLost());
    await this.#backends.giveBack(backend, session.isInTransaction);
    session.isInTransaction = false;
    world().planOutside(0, () => {
      world().tell(session.actor, () => {
        if (reason !== undefined) session.emit('error', reason);
        session.emit('end');
      });
    });
    await this.#letGo(backend.processId);
  }

  /** Notifications are carried by the simulation: the server would deliver them at instants of its own. */
  #isNotification(session: Session, text: string): boolean {
    if (text.startsWith('listen ')) {
      session.isListening = true;
      return true;
    }
    if (!text.startsWith('select pg_notify(')) return false;
    for (const listener of this.#sessions) {
      if (!listener.isListening) continue;
      const { actor, emit } = listener;
      world().planOutside(world().pace.between(0.2, 2), () => {
        world().tell(actor, () => emit('notification', { channel: '', payload: '' }));
      });
    }
    return true;
  }
}

function notQueryable(): Error {
  return new Error('Client has encountered a connection error and is not queryable');
}

function outcomeOf(end: StatementEnd): string {
  if ('error' in end) return end.error.code ?? end.error.message.slice(0, 40);
  return String(end.result.rowCount ?? 0);
}

import pg from 'pg';
import { world } from '../world/world.ts';
import type { Session } from './session.ts';
import type { SimulatedDatabase } from './simulated-database.ts';

type Callback = (error: Error | null | undefined, value?: unknown) => void;

let database: SimulatedDatabase | undefined;
const sessions = new WeakMap<pg.Client, Session>();
const isEnded = new WeakSet<pg.Client>();

/** Every connection of the product goes to this database from now on. */
export function connectTo(simulated: SimulatedDatabase): void {
  database = simulated;
}

/** Puts the simulation below the driver's client, and so below its pool and TypeORM. */
export function replaceDriver(): void {
  const stay = (): void => undefined;
  Object.assign(pg.Client.prototype, { connect, query, end, ref: stay, unref: stay });
}

function connect(this: pg.Client, callback?: Callback): Promise<pg.Client> | undefined {
  const emit = (event: string, ...values: unknown[]): void => {
    Reflect.set(this, '_queryable', false);
    if (event === 'notification') Reflect.set(this, '_queryable', true);
    if (event !== 'error' || this.listenerCount('error') > 0) this.emit(event, ...values);
  };
  const connected = openDatabase()
    .connect(emit)
    .then((session) => {
      sessions.set(this, session);
      return this;
    });
  return answer(connected, callback);
}

function query(
  this: pg.Client,
  config: string | { readonly text: string; readonly values?: readonly unknown[] },
  ...rest: readonly (readonly unknown[] | Callback | undefined)[]
): Promise<unknown> | undefined {
  const callback = rest.find((each): each is Callback => typeof each === 'function');
  const given = rest.find((each): each is readonly unknown[] => Array.isArray(each));
  const text = typeof config === 'string' ? config : config.text;
  const values = typeof config === 'string' ? given : (config.values ?? given);
  const session = sessions.get(this);
  const result =
    session === undefined
      ? Promise.reject(new Error('Client was closed and is not queryable'))
      : openDatabase().query(session, text, values);
  return answer(result, callback);
}

function end(this: pg.Client, callback?: Callback): Promise<void> | undefined {
  Reflect.set(this, '_ending', true);
  const session = sessions.get(this);
  const ended =
    session === undefined || isEnded.has(this)
      ? Promise.resolve()
      : new Promise<void>((resolve) => {
          isEnded.add(this);
          const { actor } = session;
          world().planOutside(0.1, async () => {
            await openDatabase().disconnect(session);
            world().tell(actor, resolve);
          });
        });
  return answer(ended, callback);
}

function answer<T>(work: Promise<T>, callback: Callback | undefined): Promise<T> | undefined {
  if (callback === undefined) return work;
  work.then(
    (value) => callback(undefined, value),
    (error: unknown) => callback(error as Error),
  );
  return undefined;
}

function openDatabase(): SimulatedDatabase {
  if (database === undefined) throw new Error('No database is being simulated.');
  return database;
}

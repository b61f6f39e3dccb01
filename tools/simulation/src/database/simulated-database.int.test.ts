import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FreshDatabase, freshDatabase } from '@sluice/postgres/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { Actor } from '../world/actor.ts';
import { World } from '../world/world.ts';
import { Backends } from './backends.ts';
import { ServerClock } from './server-clock.ts';
import type { Session } from './session.ts';
import { SimulatedDatabase } from './simulated-database.ts';

const insert = 'insert into thing values (1)';

const holder = new Actor('holder');
const waiter = new Actor('waiter');
let folder: string;
let postgres: FreshDatabase;
let clock: ServerClock;
let backends: Backends;
let world: World;
let database: SimulatedDatabase;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-simulation-'));
  postgres = await freshDatabase(inject('databaseUrl'));
  await postgres.dataSource.query('create table thing (id int primary key)');
  clock = new ServerClock(join(folder, 'clock'));
  backends = new Backends(postgres.databaseUrl, clock);
  await backends.open();
});

afterAll(async () => {
  await backends.close();
  clock.stop();
  await postgres.close();
  rmSync(folder, { recursive: true });
});

beforeEach(() => {
  world = new World(1);
  database = new SimulatedDatabase(backends, { faultOf: () => undefined });
});

/** Lets time pass until the actor's work has ended, or until nothing can happen any more. */
async function ended<T>(work: Promise<T>): Promise<T | Error | 'never'> {
  let end: T | Error | 'never' = 'never';
  work.then(
    (value) => (end = value),
    (error: unknown) => (end = error as Error),
  );
  await world.run(() => end !== 'never');
  return end;
}

async function connected(actor: Actor): Promise<Session> {
  const session = await ended(world.as(actor, () => database.connect(() => undefined)));
  if (session === 'never' || session instanceof Error) throw new Error('There is no connection.');
  return session;
}

/** The first connection holds a key that the second one waits for. */
async function waitingStatement(): Promise<{
  held: Session;
  lost: Session;
  work: Promise<unknown>;
}> {
  const held = await connected(holder);
  const lost = await connected(waiter);
  await ended(world.as(holder, () => database.query(held, 'begin')));
  await ended(world.as(holder, () => database.query(held, insert)));
  const work = world.as(waiter, () => database.query(lost, insert));
  await world.run(() => lost.waiting !== undefined && lost.waiting.statement.blockers.length > 0);
  return { held, lost, work };
}

describe('SimulatedDatabase', () => {
  it('ends a statement that waits for a lock when its connection is cut', async () => {
    const { held, work } = await waitingStatement();

    await database.cutOne(waiter);

    expect(await ended(work)).toEqual(new Error('Connection terminated unexpectedly'));
    await database.disconnect(held);
  });

  it('gives the lock to who waits for it when the connection that holds it is lost', async () => {
    const { lost, work } = await waitingStatement();

    await database.cutOne(holder);

    expect(await ended(work)).toMatchObject({ rowCount: 1 });
    await ended(world.as(waiter, () => database.query(lost, 'delete from thing')));
    await database.disconnect(lost);
  });

  it('goes on with a connection after a statement that had to wait was given up', async () => {
    const { held, lost, work } = await waitingStatement();

    expect(await ended(work)).toMatchObject({ code: '57014' });
    expect(await ended(world.as(waiter, () => database.query(lost, 'select 1')))).toMatchObject({
      rowCount: 1,
    });
    await database.disconnect(lost);
    await database.disconnect(held);
  });
});

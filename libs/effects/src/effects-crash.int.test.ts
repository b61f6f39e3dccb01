import { createDataSource } from '@sluice/postgres';
import { type FreshDatabase, freshDatabase } from '@sluice/postgres/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import {
  type Overrides,
  EffectScene,
  type Output,
  failing,
  output,
  succeeded,
} from './fixtures/effect-scene.ts';
import { type Effects, effectsMigrations } from './index.ts';

let database: FreshDatabase;
let scene: EffectScene;

beforeAll(async () => {
  database = await freshDatabase(inject('databaseUrl'), { migrations: effectsMigrations });
  scene = new EffectScene(database);
});

beforeEach(() => scene.next());

afterAll(() => database.close());

describe('Effects after a crash', () => {
  /** A performer whose process dies at the moment that `crash` is called. */
  async function dyingLedger(
    overrides: (crash: () => Promise<void>) => Overrides,
  ): Promise<Effects> {
    const dataSource = createDataSource({
      databaseUrl: database.databaseUrl,
      applicationName: 'dying',
      connectTimeoutMs: 500,
    });
    await dataSource.initialize();
    return scene.ledger(
      overrides(() => dataSource.destroy()),
      dataSource,
    );
  }

  it('in the claim sends as if nothing had been', async () => {
    await scene.plan(scene.ledger());
    const dying = await dyingLedger((crash) => ({
      prepare: async () => {
        await crash();
        return () => undefined;
      },
    }));
    await expect(dying.perform(scene.key)).rejects.toMatchObject({ code: 'DEPENDENCY_DOWN' });
    const effects = scene.ledger();
    await expect(effects.perform(scene.key)).rejects.toMatchObject({ code: 'EFFECT_IN_PROGRESS' });
    await scene.letTimePass();

    expect(await effects.perform(scene.key)).toEqual(succeeded);
    expect(await scene.outcomesOf(effects)).toEqual(['send SUCCEEDED']);
  });

  it('sends nothing late when it stood still between the mark and the call', async () => {
    let sends = 0;
    let isStill = true;
    const locker = database.dataSource.createQueryRunner();
    const effects = scene.ledger({
      leaseMs: 400,
      prepare: async () => {
        if (!isStill) return () => undefined;
        isStill = false;
        await locker.startTransaction();
        await locker.query('select 1 from effect where key = $1 for update', [scene.key]);
        setTimeout(() => void locker.commitTransaction(), 300);
        return () => undefined;
      },
      send: () => {
        sends += 1;
        return Promise.resolve(output);
      },
    });
    await scene.plan(effects);

    expect(await effects.perform(scene.key)).toEqual(succeeded);

    expect(sends).toBe(1);
    expect(await scene.outcomesOf(effects)).toEqual(['send NOT_EXECUTED', 'send SUCCEEDED']);
    await locker.release();
  });

  it('between the reply and its commit looks up what was sent', async () => {
    await scene.plan(scene.ledger());
    const dying = await dyingLedger((crash) => ({
      send: async () => {
        await crash();
        return output;
      },
    }));
    await expect(dying.perform(scene.key)).rejects.toMatchObject({ code: 'DEPENDENCY_DOWN' });
    let sentAgain = 0;
    const effects = scene.ledger({
      send: () => Promise.resolve({ ...output, id: String((sentAgain += 1)) }),
      lookUp: () => Promise.resolve([output]),
    });
    await scene.letTimePass();
    await expect(effects.perform(scene.key)).rejects.toMatchObject({ code: 'EFFECT_UNKNOWN' });
    await scene.letTimePass();

    expect(await effects.perform(scene.key)).toEqual(succeeded);
    expect(sentAgain).toBe(0);
    expect(await scene.outcomesOf(effects)).toEqual(['send UNKNOWN', 'look-up FOUND']);
  });

  it('of the look-up looks again', async () => {
    await scene.plan(scene.ledger());
    await scene
      .ledger({ send: failing(new Error('timeout')) })
      .perform(scene.key)
      .catch(() => undefined);
    await scene.letTimePass();
    const dying = await dyingLedger((crash) => ({
      lookUp: async () => {
        await crash();
        return [];
      },
    }));
    await expect(dying.perform(scene.key)).rejects.toMatchObject({ code: 'DEPENDENCY_DOWN' });
    await scene.letTimePass();

    expect(
      await scene.ledger({ lookUp: () => Promise.resolve([output]) }).perform(scene.key),
    ).toEqual(succeeded);
  });

  it('keeps a result whose settling failed, and settles it without sending or looking', async () => {
    let sent = 0;
    let isBroken = true;
    const effects = scene.ledger({
      send: () => Promise.resolve({ ...output, id: String((sent += 1)) }),
      lookUp: () => Promise.reject(new Error('must not be asked')),
      settle: () => (isBroken ? Promise.reject(new Error('settling broke')) : Promise.resolve()),
    });
    await scene.plan(effects);
    await expect(effects.perform(scene.key)).rejects.toThrow('settling broke');
    isBroken = false;
    await scene.letTimePass();

    expect(await effects.perform(scene.key)).toEqual(succeeded);
    expect(sent).toBe(1);
  });

  it('is not assumed while the sender may still be alive', async () => {
    const { promise: reply, resolve: answer } = Promise.withResolvers<Output>();
    const sending = Promise.withResolvers<void>();
    const sender = scene.ledger({
      send: () => {
        sending.resolve();
        return reply;
      },
    });
    await scene.plan(sender);
    const sent = sender.perform(scene.key);
    await sending.promise;

    const other = scene.ledger();
    await expect(other.perform(scene.key)).rejects.toMatchObject({ code: 'EFFECT_UNKNOWN' });
    expect(await scene.stateOf(other)).toBe('SENDING');
    answer(output);

    expect(await sent).toEqual(succeeded);
    expect(await scene.outcomesOf(other)).toEqual(['send SUCCEEDED']);
  });

  it('lets a performer that comes back late change nothing but its own attempt', async () => {
    const { promise: late, resolve: comeBack } = Promise.withResolvers<Output>();
    const sending = Promise.withResolvers<void>();
    const sleeper = scene.ledger({
      send: () => {
        sending.resolve();
        return late;
      },
    });
    await scene.plan(sleeper);
    const sleeping = sleeper.perform(scene.key);
    await sending.promise;
    await scene.letTimePass();
    const effects = scene.ledger({ lookUp: () => Promise.resolve([output]) });
    await effects.perform(scene.key).catch(() => undefined);
    await scene.letTimePass();
    await effects.perform(scene.key);

    comeBack({ ...output, id: 'late' });

    expect(await sleeping).toEqual(succeeded);
    expect(await scene.outcomesOf(effects)).toEqual(['send SUCCEEDED', 'look-up FOUND']);
  });
});

import { inTransaction } from '@sluice/postgres';
import { type FreshDatabase, freshDatabase } from '@sluice/postgres/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { EffectScene, failing, input, output } from './fixtures/effect-scene.ts';
import { Effects, effectsMigrations } from './index.ts';

let database: FreshDatabase;
let scene: EffectScene;

beforeAll(async () => {
  database = await freshDatabase(inject('databaseUrl'), { migrations: effectsMigrations });
  scene = new EffectScene(database);
});

beforeEach(() => scene.next());

afterAll(() => database.close());

describe('Effects.plan', () => {
  it('takes the same plan again for the same, and refuses another input', async () => {
    const effects = scene.ledger();
    await scene.plan(effects);
    await scene.plan(effects);

    await expect(scene.plan(effects, { amountMinor: 1n })).rejects.toMatchObject({
      code: 'EFFECT_KEY_REUSED',
    });
  });

  it('refuses a card number', async () => {
    await expect(scene.plan(scene.ledger(), { note: '4111 1111 1111 1111' })).rejects.toMatchObject(
      {
        code: 'CARD_NUMBER_REFUSED',
      },
    );
  });

  it('leaves nothing behind when the transaction rolls back', async () => {
    const effects = scene.ledger();
    const rolledBack = inTransaction(database.dataSource, async (tx) => {
      await effects.plan(tx, {
        key: scene.key,
        kind: 'make-payment',
        tenant: 'demo',
        subject: 's',
        input,
      });
      throw new Error('no');
    });

    await expect(rolledBack).rejects.toThrow('no');
    await expect(effects.perform(scene.key)).rejects.toMatchObject({ code: 'EFFECT_UNPLANNED' });
  });
});

describe('Effects.resolveDue', () => {
  it('takes up what was left planned, unknown or in the hands of the dead', async () => {
    await database.dataSource.query('truncate effect cascade');
    const broken = scene.ledger({ send: failing(new Error('timeout')) });
    await scene.plan(broken);
    await broken.perform(scene.key).catch(() => undefined);
    await scene.letTimePass();
    scene.next();
    await scene.plan(broken);
    await scene.letTimePass();

    const effects = scene.ledger({ lookUp: () => Promise.resolve([output]) });

    expect(await effects.resolveDue()).toBe(2);
    expect(await effects.resolveDue()).toBe(0);
    expect((await effects.figures()).byState).toEqual({ SUCCEEDED: 2 });
  });

  it('leaves alone what is not due and what it does not know', async () => {
    await database.dataSource.query('truncate effect cascade');
    await scene.plan(scene.ledger());

    expect(await scene.ledger().resolveDue()).toBe(0);
    await scene.letTimePass();
    expect(await new Effects({ dataSource: database.dataSource }).resolveDue()).toBe(0);
    expect(await scene.stateOf(scene.ledger())).toBe('PLANNED');
  });
});

describe('Effects.hasOpen and Effects.onWork', () => {
  it('tell whoever rests that an effect was taken up, and that it stays open', async () => {
    await database.dataSource.query('truncate effect cascade');
    const effects = scene.ledger({ send: failing(new Error('timeout')) });
    let calls = 0;
    effects.onWork(() => (calls += 1));
    const wasOpen = await effects.hasOpen();
    await scene.plan(effects);

    await effects.perform(scene.key).catch(() => undefined);

    expect(wasOpen).toBe(false);
    expect(calls).toBe(1);
    expect(await effects.hasOpen()).toBe(true);
    expect(await new Effects({ dataSource: database.dataSource }).hasOpen()).toBe(false);
  });

  it('count an effect that has ended as none', async () => {
    await database.dataSource.query('truncate effect cascade');
    const effects = scene.ledger();
    await scene.plan(effects);

    await effects.perform(scene.key);

    expect(await effects.hasOpen()).toBe(false);
  });
});

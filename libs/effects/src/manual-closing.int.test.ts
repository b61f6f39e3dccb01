import { type FreshDatabase, freshDatabase } from '@sluice/postgres/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { EffectScene, failing, output, succeeded } from './fixtures/effect-scene.ts';
import { type Effects, effectsMigrations } from './index.ts';

let database: FreshDatabase;
let scene: EffectScene;

beforeAll(async () => {
  database = await freshDatabase(inject('databaseUrl'), { migrations: effectsMigrations });
  scene = new EffectScene(database);
});

beforeEach(() => scene.next());

afterAll(() => database.close());

describe('Effects.closeManually', () => {
  const found = { key: '', reason: 'Seen in the portal', verdict: 'SUCCEEDED', output } as const;

  async function manualEffect(settled: unknown[] = []): Promise<Effects> {
    const effects = scene.ledger({
      send: failing(new Error('timeout')),
      resendSafe: false,
      settle: (_tx, _effect, result) => Promise.resolve(void settled.push(result)),
    });
    await scene.plan(effects);
    await effects.perform(scene.key).catch(() => undefined);
    await scene.letTimePass();
    await effects.perform(scene.key).catch(() => undefined);
    return effects;
  }

  it('needs two different people', async () => {
    const settled: unknown[] = [];
    const effects = await manualEffect(settled);

    const first = await effects.closeManually({ ...found, key: scene.key, actor: 'ada' });
    await expect(
      effects.closeManually({ ...found, key: scene.key, actor: 'ada' }),
    ).rejects.toMatchObject({
      code: 'EFFECT_SAME_ACTOR',
    });
    const second = await effects.closeManually({ ...found, key: scene.key, actor: 'bob' });

    expect([first.status, second.status]).toEqual(['proposed', 'closed']);
    expect(await effects.perform(scene.key)).toEqual(succeeded);
    expect(settled).toEqual([succeeded]);
    const [view] = await effects.list({ key: scene.key });
    expect(view?.closings.map(({ actor, step }) => `${actor} ${step}`)).toEqual([
      'ada proposed',
      'bob confirmed',
    ]);
  });

  it('takes another verdict for a new proposal', async () => {
    const effects = await manualEffect();
    await effects.closeManually({ ...found, key: scene.key, actor: 'ada' });

    const abandon = { key: scene.key, reason: 'Not there', verdict: 'ABANDONED' } as const;
    const answer = await effects.closeManually({ ...abandon, actor: 'bob' });
    await effects.closeManually({ ...abandon, actor: 'ada' });

    expect(answer.status).toBe('proposed');
    expect(await effects.perform(scene.key)).toMatchObject({
      state: 'REJECTED',
      code: 'EFFECT_ABANDONED',
    });
  });

  it('sends again when both say so', async () => {
    const effects = await manualEffect();
    const resend = { key: scene.key, reason: 'Proven absent', verdict: 'RESEND' } as const;
    await effects.closeManually({ ...resend, actor: 'ada' });
    await effects.closeManually({ ...resend, actor: 'bob' });

    expect(await scene.ledger().perform(scene.key)).toEqual(succeeded);
  });

  it('refuses an effect that does not wait for people', async () => {
    const effects = scene.ledger();
    await scene.plan(effects);

    await expect(
      effects.closeManually({ ...found, key: scene.key, actor: 'ada' }),
    ).rejects.toMatchObject({
      code: 'EFFECT_NOT_MANUAL',
    });
  });
});

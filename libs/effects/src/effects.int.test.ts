import { TransientFailure } from '@sluice/failure';
import { type FreshDatabase, freshDatabase } from '@sluice/postgres/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import {
  EffectScene,
  type Output,
  failing,
  input,
  output,
  succeeded,
} from './fixtures/effect-scene.ts';
import {
  type EffectResult,
  type Effects,
  NotExecuted,
  Rejected,
  effectsMigrations,
} from './index.ts';

let database: FreshDatabase;
let scene: EffectScene;

beforeAll(async () => {
  database = await freshDatabase(inject('databaseUrl'), { migrations: effectsMigrations });
  scene = new EffectScene(database);
});

beforeEach(() => scene.next());

afterAll(() => database.close());

describe('Effects', () => {
  it('performs a planned effect once, and gives the same result for ever', async () => {
    let sent = 0;
    const effects = scene.ledger({
      send: () => Promise.resolve({ ...output, id: String((sent += 1)) }),
    });
    await scene.plan(effects);

    expect(await effects.perform(scene.key)).toEqual(succeeded);
    expect(await effects.perform(scene.key)).toEqual(succeeded);
    expect(sent).toBe(1);
    expect(await scene.outcomesOf(effects)).toEqual(['send SUCCEEDED']);
  });

  it('lets one of many performers send, over all replicas', async () => {
    let sent = 0;
    const send = async (): Promise<Output> => {
      sent += 1;
      await new Promise((resolve) => setImmediate(resolve));
      return output;
    };
    const replicas = [scene.ledger({ send }), scene.ledger({ send }), scene.ledger({ send })];
    await scene.plan(scene.ledger());

    const results = await Promise.allSettled(
      Array.from({ length: 15 }, (_, i) => replicas[i % 3]!.perform<Output>(scene.key)),
    );

    expect(sent).toBe(1);
    const refusals = results.filter((result) => result.status === 'rejected');
    expect(refusals.every(({ reason }) => reason instanceof TransientFailure)).toBe(true);
    expect(await scene.ledger().perform(scene.key)).toEqual(succeeded);
  });

  it('commits the attempt before the first byte', async () => {
    const seen: unknown[] = [];
    const effects: Effects = scene.ledger({
      send: async () => {
        seen.push(await scene.stateOf(effects), await scene.outcomesOf(effects));
        return output;
      },
    });
    await scene.plan(effects);

    await effects.perform(scene.key);

    expect(seen).toEqual(['SENDING', ['send null']]);
  });

  it('settles in the transaction that ends the effect', async () => {
    const settled: unknown[] = [];
    const effects = scene.ledger({
      settle: async (tx, effect, result) => {
        const [row]: { state: string }[] = await tx.query(
          'select state from effect where key = $1',
          [effect.key],
        );
        settled.push(row?.state, effect.input, effect.attempts, result);
      },
    });
    await scene.plan(effects);

    await effects.perform(scene.key);

    expect(settled).toEqual(['SUCCEEDED', input, 1, succeeded]);
    expect(
      await database.dataSource.query('select state from effect where key = $1', [scene.key]),
    ).toEqual([{ state: 'SUCCEEDED' }]);
  });

  it('ends as refused, with the vendor’s words, when the vendor refuses', async () => {
    const settled: EffectResult<Output>[] = [];
    const effects = scene.ledger({
      send: failing(
        new Rejected('INVALID_EMAIL', 'The e-mail is invalid', { details: { field: 'email' } }),
      ),
      settle: (_tx, _effect, result) => Promise.resolve(void settled.push(result)),
    });
    await scene.plan(effects);

    const result = await effects.perform(scene.key);

    const refusal = {
      state: 'REJECTED',
      code: 'INVALID_EMAIL',
      detail: 'The e-mail is invalid',
      details: { field: 'email' },
    };
    expect(result).toEqual(refusal);
    expect(settled).toEqual([refusal]);
  });

  it('sends again what was provably not executed, after the time asked for', async () => {
    const effects = scene.ledger({
      send: failing(new NotExecuted('429', { retryAfterMs: 5_000 })),
    });
    await scene.plan(effects);

    await expect(effects.perform(scene.key)).rejects.toMatchObject({
      code: 'EFFECT_NOT_EXECUTED',
      retryAfterMs: 5_000,
    });
    await expect(effects.perform(scene.key)).rejects.toMatchObject({ code: 'EFFECT_WAITING' });
    await scene.letTimePass();

    const healed = scene.ledger();
    expect(await healed.perform(scene.key)).toEqual(succeeded);
    expect(await scene.outcomesOf(healed)).toEqual(['send NOT_EXECUTED', 'send SUCCEEDED']);
  });

  it('never waits longer than an hour, whatever a provider asks for', async () => {
    const effects = scene.ledger({
      send: failing(new NotExecuted('429', { retryAfterMs: 10 ** 14 })),
    });
    await scene.plan(effects);

    await expect(effects.perform(scene.key)).rejects.toMatchObject({
      code: 'EFFECT_NOT_EXECUTED',
      retryAfterMs: 3_600_000,
    });
    await scene.letTimePass('61 minutes');

    expect(await scene.ledger().perform(scene.key)).toEqual(succeeded);
  });

  it('ends as refused when the look-up finds that the provider refused it', async () => {
    const effects = scene.ledger({
      send: failing(new Error('timeout')),
      lookUp: failing(new Rejected('DECLINED', 'It was declined')),
    });
    await scene.plan(effects);
    await effects.perform(scene.key).catch(() => undefined);
    await scene.letTimePass();

    const refusal = { state: 'REJECTED', code: 'DECLINED', detail: 'It was declined' };
    expect(await effects.perform(scene.key)).toMatchObject(refusal);
    expect(await scene.outcomesOf(effects)).toEqual(['send UNKNOWN', 'look-up REJECTED']);
  });

  it('never sends after an unknown outcome before it has looked', async () => {
    const acts: string[] = [];
    const effects = scene.ledger({
      send: () => {
        acts.push('send');
        return acts.length === 1
          ? Promise.reject(new Error('socket hang up'))
          : Promise.resolve(output);
      },
      lookUp: () => {
        acts.push('look-up');
        return Promise.resolve([]);
      },
    });
    await scene.plan(effects);

    await expect(effects.perform(scene.key)).rejects.toMatchObject({ code: 'EFFECT_UNKNOWN' });
    await expect(effects.perform(scene.key)).rejects.toMatchObject({ code: 'EFFECT_UNKNOWN' });
    expect(acts).toEqual(['send']);
    await scene.letTimePass();

    expect(await effects.perform(scene.key)).toEqual(succeeded);
    expect(acts).toEqual(['send', 'look-up', 'send']);
  });

  it('takes what it finds for the outcome, when the amount agrees', async () => {
    const effects = scene.ledger({
      send: failing(new Error('timeout')),
      lookUp: () => Promise.resolve([output]),
      agrees: (asked, found) => asked.amountMinor === found.amountMinor,
    });
    await scene.plan(effects);
    await effects.perform(scene.key).catch(() => undefined);
    await scene.letTimePass();

    expect(await effects.perform(scene.key)).toEqual(succeeded);
    expect(await scene.outcomesOf(effects)).toEqual(['send UNKNOWN', 'look-up FOUND']);
  });

  it.each([
    ['a different amount', [{ id: '1', amountMinor: 9n }], 'EFFECT_MANUAL'],
    ['two of them', [output, output], 'EFFECT_DUPLICATE'],
  ])('leaves it to people when it finds %s', async (_what, matches, code) => {
    const effects = scene.ledger({
      send: failing(new Error('timeout')),
      lookUp: () => Promise.resolve(matches),
      agrees: (asked, found) => asked.amountMinor === found.amountMinor,
    });
    await scene.plan(effects);
    await effects.perform(scene.key).catch(() => undefined);
    await scene.letTimePass();

    await expect(effects.perform(scene.key)).rejects.toMatchObject({ code });
    await expect(effects.perform(scene.key)).rejects.toMatchObject({ code });
  });

  it('sends a mail at most once', async () => {
    let sent = 0;
    const effects = scene.ledger({
      effectClass: 'D',
      send: () => Promise.reject(new Error(`timeout ${(sent += 1)}`)),
      resendSafe: false,
    });
    await scene.plan(effects);
    await effects.perform(scene.key).catch(() => undefined);
    await scene.letTimePass();

    await expect(effects.perform(scene.key)).rejects.toMatchObject({ code: 'EFFECT_MANUAL' });
    expect(sent).toBe(1);
  });

  it('looks again later when the look-up fails, and asks people past the deadline', async () => {
    const effects = scene.ledger({
      send: failing(new Error('timeout')),
      lookUp: () => Promise.reject(new Error('search is down')),
    });
    await scene.plan(effects);
    await effects.perform(scene.key).catch(() => undefined);
    await scene.letTimePass();

    await expect(effects.perform(scene.key)).rejects.toMatchObject({ code: 'EFFECT_UNKNOWN' });
    await scene.letTimePass('1 week');

    await expect(effects.perform(scene.key)).rejects.toMatchObject({ code: 'EFFECT_MANUAL' });
  });

  it('asks people about a plan that could not be sent until its deadline', async () => {
    const effects = scene.ledger();
    await scene.plan(effects);
    await scene.letTimePass('1 week');

    await expect(effects.perform(scene.key)).rejects.toMatchObject({ code: 'EFFECT_MANUAL' });
  });

  it('counts a failed preparation as nothing sent', async () => {
    const effects = scene.ledger({
      prepare: () => Promise.reject(new TransientFailure('RATE', 'later', { retryAfterMs: 70 })),
    });
    await scene.plan(effects);

    await expect(effects.perform(scene.key)).rejects.toMatchObject({
      code: 'RATE',
      retryAfterMs: 70,
    });
    expect(await scene.stateOf(effects)).toBe('PLANNED');
    expect(await scene.outcomesOf(effects)).toEqual([]);
  });

  it('ends the preparation however the attempt ends', async () => {
    let released = 0;
    const effects = scene.ledger({
      prepare: () => Promise.resolve(() => void (released += 1)),
      send: failing(new Error('timeout')),
    });
    await scene.plan(effects);

    await effects.perform(scene.key).catch(() => undefined);

    expect(released).toBe(1);
  });

  it('keeps neither secrets nor card numbers of a reply', async () => {
    const effects = scene.ledger({
      send: failing(
        new Rejected('NO', 'card 4111111111111111 refused', { details: { token: 'abc' } }),
      ),
    });
    await scene.plan(effects);
    await effects.perform(scene.key);

    const [view] = await effects.list({ key: scene.key });

    expect(JSON.stringify(view?.attempts)).not.toMatch(/4111111111111111|abc/);
  });
});

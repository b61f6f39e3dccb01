import { type FreshDatabase, freshDatabase } from '@sluice/postgres/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { EffectScene, type Output, output } from './fixtures/effect-scene.ts';
import { type Effects, NotExecuted, Rejected, effectsMigrations } from './index.ts';

/** What the provider does with one request. */
type Fate = 'done' | 'done, reply lost' | 'lost' | 'not reached' | 'refused';
type Act = 'perform' | 'race' | 'let time pass' | 'resolve due' | 'search breaks' | 'search heals';

const story = fc.record({
  fates: fc.array(
    fc.constantFrom<Fate[]>('done', 'done, reply lost', 'lost', 'not reached', 'refused'),
    {
      maxLength: 6,
    },
  ),
  acts: fc.array(
    fc.constantFrom<Act[]>(
      'perform',
      'race',
      'let time pass',
      'resolve due',
      'search breaks',
      'search heals',
    ),
    { maxLength: 15 },
  ),
});

/** Keeps what it made; a request comes to the fate that is next, and later ones are done. */
class Provider {
  readonly made: Output[] = [];
  readonly #fates: Fate[];
  isSearchBroken = false;
  refused = 0;

  constructor(fates: readonly Fate[]) {
    this.#fates = [...fates];
  }

  async send(): Promise<Output> {
    await new Promise((resolve) => setImmediate(resolve));
    const fate = this.#fates.shift() ?? 'done';
    if (fate === 'not reached')
      throw new NotExecuted('connection refused', { retryAfterMs: 1_000 });
    if (fate === 'lost') throw new Error('timeout');
    if (fate === 'refused') {
      this.refused += 1;
      throw new Rejected('REFUSED', 'refused');
    }
    this.made.push(output);
    if (fate === 'done, reply lost') throw new Error('reset after the commit');
    return output;
  }

  async lookUp(): Promise<readonly Output[]> {
    await new Promise((resolve) => setImmediate(resolve));
    if (this.isSearchBroken) throw new Error('search is down');
    return [...this.made];
  }
}

let database: FreshDatabase;
let scene: EffectScene;

beforeAll(async () => {
  database = await freshDatabase(inject('databaseUrl'), { migrations: effectsMigrations });
  scene = new EffectScene(database);
});

afterAll(() => database.close());

async function play(act: Act, provider: Provider, replicas: readonly Effects[]): Promise<void> {
  const ignore = (): undefined => undefined;
  const [first] = replicas;
  if (act === 'perform') await first?.perform(scene.key).catch(ignore);
  if (act === 'race') await Promise.allSettled(replicas.map((each) => each.perform(scene.key)));
  if (act === 'let time pass') await scene.letTimePass('10 minutes');
  if (act === 'resolve due') await first?.resolveDue();
  if (act === 'search breaks') provider.isSearchBroken = true;
  if (act === 'search heals') provider.isSearchBroken = false;
}

describe('Effects', () => {
  it('make at most one thing per key, and tell the truth about it, whatever happens', async () => {
    await fc.assert(
      fc.asyncProperty(story, async ({ fates, acts }) => {
        scene.next();
        const provider = new Provider(fates);
        const kind = { send: () => provider.send(), lookUp: () => provider.lookUp() };
        const replicas = [1, 2, 3].map(() => scene.ledger(kind));
        await scene.plan(replicas[0]!);

        for (const act of acts) await play(act, provider, replicas);
        provider.isSearchBroken = false;
        for (let round = 0; round < 20; round += 1) {
          await scene.letTimePass('10 minutes');
          await play('race', provider, replicas);
        }

        const result = await replicas[0]!.perform(scene.key);
        expect(provider.made.length).toBe(result.state === 'SUCCEEDED' ? 1 : 0);
        expect(provider.refused).toBe(result.state === 'REJECTED' ? 1 : 0);
      }),
      { numRuns: 40, endOnFailure: true },
    );
  }, 60_000);
});

import { DependencyDown } from '@sluice/failure';
import { describe, expect, it } from 'vitest';
import { GroupCommit } from './group-commit.ts';

interface Gate {
  readonly opened: Promise<void>;
  open(): void;
}

function gate(): Gate {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}

const oneWriter = { writersMax: 1 };

const turnsToSettle = 4;

/** Long enough for a write to begin when nothing more comes. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < turnsToSettle; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('GroupCommit', () => {
  it('writes what came together in one go, and everything that waited meanwhile in another', async () => {
    const batches: string[][] = [];
    const first = gate();
    const commits = new GroupCommit<string>(async (items) => {
      batches.push([...items]);
      if (batches.length === 1) await first.opened;
    }, oneWriter);

    const added = ['a', 'b'].map((item) => commits.add(item));
    await settled();
    added.push(...['c', 'd', 'e'].map((item) => commits.add(item)));
    await settled();
    first.open();
    await Promise.all(added);

    expect(batches).toEqual([
      ['a', 'b'],
      ['c', 'd', 'e'],
    ]);
  });

  it('waits for the rest of a burst that takes several turns to read', async () => {
    const batches: string[][] = [];
    const commits = new GroupCommit<string>(async (items) => {
      batches.push([...items]);
    });

    const added: Promise<void>[] = [];
    for (const item of ['a', 'b', 'c']) {
      const nextTurn = new Promise((resolve) => setImmediate(resolve));
      added.push(commits.add(item));
      await nextTurn;
    }
    await Promise.all(added);

    expect(batches).toEqual([['a', 'b', 'c']]);
  });

  it('begins a second write for many that wait and never a third', async () => {
    const begun: { readonly items: readonly string[]; readonly written: Gate }[] = [];
    const commits = new GroupCommit<string>(
      async (items) => {
        const written = gate();
        begun.push({ items: [...items], written });
        await written.opened;
      },
      { furtherWriterMin: 2 },
    );
    const added: Promise<void>[] = [];
    const sizes: number[] = [];

    for (const item of ['a', 'b', 'c', 'd', 'e']) {
      added.push(commits.add(item));
      await settled();
      sizes.push(begun.length);
    }
    for (const { written } of begun) written.open();
    await settled();
    for (const { written } of begun) written.open();
    await Promise.all(added);

    expect(sizes).toEqual([1, 1, 2, 2, 2]);
    expect(begun.map(({ items }) => items)).toEqual([['a'], ['b', 'c'], ['d', 'e']]);
  });

  it('fails only the item that cannot be written', async () => {
    const written: string[] = [];
    const first = gate();
    let isFirst = true;
    const commits = new GroupCommit<string>(async (items) => {
      if (isFirst) {
        isFirst = false;
        await first.opened;
      }
      if (items.includes('bad')) throw new Error('cannot be written');
      written.push(...items);
    }, oneWriter);

    const added = [commits.add('first')];
    await settled();
    added.push(...['good', 'bad', 'better'].map((item) => commits.add(item)));
    first.open();
    const results = await Promise.allSettled(added);

    expect(results.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'fulfilled',
    ]);
    expect(written).toEqual(['first', 'good', 'better']);
  });

  it('does not try item by item when the database is down', async () => {
    let writes = 0;
    const first = gate();
    const commits = new GroupCommit<string>(async () => {
      writes += 1;
      await first.opened;
      throw new DependencyDown('postgres', 'down');
    }, oneWriter);

    const added = [commits.add('a')];
    await settled();
    added.push(...['b', 'c'].map((item) => commits.add(item)));
    first.open();
    await Promise.allSettled(added);

    expect(writes).toBe(2);
  });

  it('refuses more than may wait', async () => {
    const first = gate();
    const commits = new GroupCommit<string>(() => first.opened, { ...oneWriter, waitingMax: 1 });
    const added = [commits.add('writing')];
    await settled();
    added.push(commits.add('waiting'));

    await expect(commits.add('too many')).rejects.toMatchObject({ code: 'OVERLOADED' });

    first.open();
    await Promise.all(added);
  });
});

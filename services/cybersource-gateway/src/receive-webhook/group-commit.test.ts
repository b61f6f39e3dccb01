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

describe('GroupCommit', () => {
  it('writes a lone item at once, and everything that waited meanwhile in one go', async () => {
    const batches: string[][] = [];
    const first = gate();
    const commits = new GroupCommit<string>(async (items) => {
      batches.push([...items]);
      if (batches.length === 1) await first.opened;
    }, oneWriter);

    const added = ['a', 'b', 'c'].map((item) => commits.add(item));
    first.open();
    await Promise.all(added);

    expect(batches).toEqual([['a'], ['b', 'c']]);
  });

  it('writes two batches at a time and no third', async () => {
    const open: Gate[] = [];
    const commits = new GroupCommit<string>(async () => {
      const written = gate();
      open.push(written);
      await written.opened;
    });

    const added = ['a', 'b', 'c', 'd'].map((item) => commits.add(item));
    const openAtFirst = open.length;
    for (const written of open) written.open();
    await new Promise((resolve) => setImmediate(resolve));
    for (const written of open) written.open();
    await Promise.all(added);

    expect({ openAtFirst, writes: open.length }).toEqual({ openAtFirst: 2, writes: 3 });
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

    const added = ['first', 'good', 'bad', 'better'].map((item) => commits.add(item));
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

    const added = ['a', 'b', 'c'].map((item) => commits.add(item));
    first.open();
    await Promise.allSettled(added);

    expect(writes).toBe(2);
  });

  it('refuses more than may wait', async () => {
    const first = gate();
    const commits = new GroupCommit<string>(() => first.opened, { ...oneWriter, waitingMax: 1 });
    const added = [commits.add('writing'), commits.add('waiting')];

    await expect(commits.add('too many')).rejects.toMatchObject({ code: 'OVERLOADED' });

    first.open();
    await Promise.all(added);
  });
});

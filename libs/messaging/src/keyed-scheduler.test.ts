import { describe, expect, it } from 'vitest';
import { KeyedScheduler } from './keyed-scheduler.ts';
import type { KeyedWork, ScheduleLimits } from './keyed-scheduler.ts';
import { until } from './testing/index.ts';

interface Piece extends KeyedWork {
  readonly name: string;
}

const single: ScheduleLimits = { batchMax: 1, keyConcurrency: 2 };
const batched: ScheduleLimits = { batchMax: 3, keyConcurrency: 4 };

function piece(laneKey: string, name: string, limits = single): Piece {
  return { laneKey, name, limits, isAlone: false };
}

/** A scheduler whose calls end when the test says so. */
function scene(): {
  scheduler: KeyedScheduler<Piece>;
  calls: string[];
  end(name: string, how?: 'finish' | 'again'): void;
} {
  const calls: string[] = [];
  const running = new Map<string, (how: 'finish' | 'again') => void>();
  const scheduler: KeyedScheduler<Piece> = new KeyedScheduler(async (pieces) => {
    const name = pieces.map((each) => each.name).join('+');
    calls.push(name);
    const how = await new Promise<'finish' | 'again'>((resolve) => running.set(name, resolve));
    for (const each of pieces) {
      if (how === 'finish') scheduler.finish(each);
      else scheduler.again(each, 0);
    }
  });
  return { scheduler, calls, end: (name, how = 'finish') => running.get(name)?.(how) };
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

describe('KeyedScheduler', () => {
  it('runs the next piece of a key only when the one before is over', async () => {
    const { scheduler, calls, end } = scene();
    scheduler.enqueue(piece('a', 'a1'));
    scheduler.enqueue(piece('a', 'a2'));

    await turns();
    expect(calls).toEqual(['a1']);

    end('a1');
    await turns();
    expect(calls).toEqual(['a1', 'a2']);
  });

  it('runs as many keys side by side as the handler allows', async () => {
    const { scheduler, calls, end } = scene();
    for (const key of ['a', 'b', 'c']) scheduler.enqueue(piece(key, key));

    await turns();
    expect(calls).toEqual(['a', 'b']);

    end('a');
    await turns();
    expect(calls).toEqual(['a', 'b', 'c']);
  });

  it('makes a piece wait for its next attempt without letting its key go on', async () => {
    const { scheduler, calls, end } = scene();
    scheduler.enqueue(piece('a', 'a1'));
    scheduler.enqueue(piece('a', 'a2'));
    await turns();

    end('a1', 'again');
    await turns();

    expect(calls).toEqual(['a1', 'a1']);
  });

  it('gathers what becomes ready during a batch into the next one, keys at most once', async () => {
    const { scheduler, calls, end } = scene();
    scheduler.enqueue(piece('a', 'a1', batched));
    await turns();
    for (const name of ['b1', 'b2', 'c1', 'd1', 'e1']) {
      scheduler.enqueue(piece(name.slice(0, 1), name, batched));
    }
    await turns();
    expect(calls).toEqual(['a1']);

    end('a1');
    await turns();
    expect(calls).toEqual(['a1', 'b1+c1+d1']);

    end('b1+c1+d1');
    await turns();
    expect(calls.at(-1)).toBe('e1+b2');
  });

  it('starts nothing while held, but for the one it is asked for', async () => {
    const { scheduler, calls } = scene();
    scheduler.hold();
    scheduler.enqueue(piece('a', 'a'));
    scheduler.enqueue(piece('b', 'b'));
    await turns();
    expect(calls).toEqual([]);

    expect(scheduler.runOne()).toBe(true);
    await turns();
    expect(calls).toEqual(['a']);

    scheduler.release();
    await turns();
    expect(calls).toEqual(['a', 'b']);
    expect(scheduler.runOne()).toBe(false);
  });

  it.each([1, 2, 3])(
    'drops what waits, and keeps the key of what still runs, %i times',
    async (times) => {
      const { scheduler, calls, end } = scene();
      for (const name of ['a1', 'a2']) scheduler.enqueue(piece('a', name));
      await turns();

      for (let count = 0; count < times; count += 1) scheduler.dropWaiting();
      scheduler.enqueue(piece('a', 'a1 again'));
      await turns();
      expect(calls).toEqual(['a1']);

      end('a1', 'again');
      await turns();
      expect(calls).toEqual(['a1', 'a1 again']);
    },
  );

  it('is idle when the last call is over', async () => {
    const { scheduler, end } = scene();
    let isIdle = false;
    scheduler.enqueue(piece('a', 'a'));
    await turns();
    void scheduler.idle().then(() => {
      isIdle = true;
    });
    await turns();
    expect(isIdle).toBe(false);

    end('a');
    await until(() => isIdle, { what: 'idleness' });
  });
});

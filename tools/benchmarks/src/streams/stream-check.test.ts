import { describe, expect, it } from 'vitest';
import { checkStream } from './stream-check.ts';

const plan = { prefix: 'r1', keys: 2, eventsPerKey: 2 };

function seen(...texts: readonly string[]): { key: string; sequence: number }[] {
  return texts.map((text) => {
    const [key = '', sequence] = text.split(' ');
    return { key, sequence: Number(sequence) };
  });
}

describe('checkStream', () => {
  it('is content when every key brought all its events once and in order', () => {
    expect(checkStream(seen('r1-0 1', 'r1-1 1', 'r1-1 2', 'r1-0 2'), plan)).toEqual([]);
  });

  it.each([
    ['a lost event', ['r1-0 1', 'r1-0 2', 'r1-1 1'], '1 of 2 keys came out complete'],
    ['a lost key', ['r1-0 1', 'r1-0 2'], '1 of 2 keys came out complete'],
    [
      'a duplicate',
      ['r1-0 1', 'r1-0 1', 'r1-0 2', 'r1-1 1', 'r1-1 2'],
      'r1-0 brought 1 again or after 1',
    ],
    ['a wrong order', ['r1-0 2', 'r1-0 1', 'r1-1 1', 'r1-1 2'], 'r1-0 brought 2 after 0'],
    [
      'an event of another round',
      ['r0-9 1', 'r1-0 1', 'r1-0 2', 'r1-1 1', 'r1-1 2'],
      'r0-9 is not of this run',
    ],
  ])('finds %s', (_what, texts, fault) => {
    expect(checkStream(seen(...texts), plan)).toContain(fault);
  });
});

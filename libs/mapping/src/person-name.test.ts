import { describe, expect, it } from 'vitest';
import { splitName } from './person-name.ts';

describe('splitName', () => {
  it.each([
    ['Ada Lovelace', 'Ada', 'Lovelace'],
    ['  Ada   King  Lovelace ', 'Ada King', 'Lovelace'],
    ['Ludwig van Beethoven', 'Ludwig', 'van Beethoven'],
    ['María de la Cruz', 'María', 'de la Cruz'],
    ['Lovelace, Ada', 'Ada', 'Lovelace'],
    ['Madonna', '', 'Madonna'],
    ['van Halen', 'van', 'Halen'],
    ['', '', ''],
  ])('splits %j', (text, first, last) => {
    expect(splitName(text)).toEqual({ first, last });
  });
});

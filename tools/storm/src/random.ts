/** A source of numbers in [0, 1) that gives the same ones for the same seed. */
export interface Random {
  /** The next number, at least 0 and below 1. */
  next(): number;
  /** A whole number of at least `min` and at most `max`. */
  between(min: number, max: number): number;
  /** One of the items; they must not be empty. */
  pick<T>(items: readonly T[]): T;
}

/** Mulberry32: small, quick, and good enough to choose faults by. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    between: (min, max) => min + Math.floor(next() * (max - min + 1)),
    pick: <T>(items: readonly T[]): T => {
      const item = items[Math.floor(next() * items.length)];
      if (item === undefined) throw new Error('Nothing to pick from.');
      return item;
    },
  };
}

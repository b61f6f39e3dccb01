import { beginningMs, world } from './world.ts';

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'.split('');
const counters = new WeakMap<object, number>();

/** In the place of the package `ulid`: ids that sort by their order of making and follow from the seed. */
export function monotonicFactory(): () => string {
  return () => {
    const here = world();
    const count = (counters.get(here) ?? 0) + 1;
    counters.set(here, count);
    const time = base32(Math.floor(Math.max(here.nowMs, beginningMs)), 10);
    const random = Array.from({ length: 8 }, () => here.ids.pick(alphabet)).join('');
    return `${time}${base32(count, 8)}${random}`;
  };
}

function base32(value: number, length: number): string {
  let text = '';
  for (let rest = value; text.length < length; rest = Math.floor(rest / 32)) {
    text = `${alphabet[rest % 32] ?? '0'}${text}`;
  }
  return text;
}

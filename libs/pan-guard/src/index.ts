export { assertNoCardNumbers, findCardNumbers } from './find.ts';
export type { CardNumberHit, FindOptions } from './find.ts';
export { scrubText } from './scrub.ts';
export { keyedHash } from './keyed-hash.ts';

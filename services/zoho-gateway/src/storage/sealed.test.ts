import { describe, expect, it } from 'vitest';
import { open, seal, sealingKey } from './sealed.ts';

const key = sealingKey('client-secret', 'oauth');

describe('open', () => {
  it('reads what seal wrote', () => {
    expect(open(seal('1000.abc.def', key, 'demo'), key, 'demo')).toBe('1000.abc.def');
  });

  it('reads nothing with another key or for another tenant', () => {
    const sealed = seal('1000.abc.def', key, 'demo');

    expect(open(sealed, sealingKey('other', 'oauth'), 'demo')).toBeUndefined();
    expect(open(sealed, key, 'other')).toBeUndefined();
  });

  it('reads nothing after a bit has changed', () => {
    const sealed = seal('1000.abc.def', key, 'demo');
    sealed[sealed.length - 1] = (sealed.at(-1) ?? 0) ^ 1;

    expect(open(sealed, key, 'demo')).toBeUndefined();
  });
});

describe('seal', () => {
  it('writes the same text differently each time', () => {
    expect(seal('a', key, 'demo').equals(seal('a', key, 'demo'))).toBe(false);
  });
});

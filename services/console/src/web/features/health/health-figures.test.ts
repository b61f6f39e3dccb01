import { describe, expect, it } from 'vitest';
import type { ServiceHealthView } from '../../../views.ts';
import { figuresOf, troubleOf } from './health-figures.ts';

const consumer = {
  group: 'a.b',
  isReady: true,
  trouble: null,
  lag: 2,
  oldestAgeMs: 10,
  parkedKeys: 1,
};
const healthy: ServiceHealthView = {
  service: 'a',
  isReady: true,
  unanswered: null,
  checks: { postgres: 'up' },
  consumers: [consumer, { ...consumer, oldestAgeMs: 30 }],
  outboxAgeMs: 0,
  heldKeys: 0,
};

describe('figuresOf', () => {
  it('adds up consumer groups', () => {
    expect(figuresOf(healthy)).toEqual({ lag: 4, oldestAgeMs: 30, parkedKeys: 2 });
    expect(figuresOf({ ...healthy, consumers: [] }).lag).toBeNull();
  });
});

describe('troubleOf', () => {
  it('names what is down, and nothing when all is well', () => {
    expect(troubleOf(healthy)).toBe('');
    expect(troubleOf({ ...healthy, checks: { postgres: 'down', broker: 'up' } })).toBe(
      'postgres is down',
    );
    expect(troubleOf({ ...healthy, consumers: [{ ...consumer, trouble: 'kafka is down' }] })).toBe(
      'a.b: kafka is down',
    );
  });
});

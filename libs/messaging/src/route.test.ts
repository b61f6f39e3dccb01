import { describe, expect, it } from 'vitest';
import { planOf } from './consume.decorator.ts';
import type { ConsumeOptions } from './consume.decorator.ts';
import { RoutingTable } from './route.ts';
import type { Route } from './route.ts';

const captured = 'sluice.payments.v1.PaymentCaptured';
const declined = 'sluice.payments.v1.PaymentDeclined';

function routeOf(options: Partial<ConsumeOptions>): Route {
  const plan = planOf({ topic: 'payments.v1', group: 'g', types: [captured], ...options } as never);
  return { plan, call: () => Promise.resolve() };
}

function messageOf(type: string | undefined): Parameters<RoutingTable['match']>[0] {
  const headers = type === undefined ? {} : { ce_type: type };
  return { topic: 'payments.v1', key: 'k', value: null, headers };
}

describe('RoutingTable', () => {
  it('sends each type of a topic to its own handler of the group', () => {
    const first = routeOf({});
    const second = routeOf({ types: [declined] });
    const table = new RoutingTable('g', [first, second]);

    expect(table.match(messageOf(captured))).toBe(first);
    expect(table.match(messageOf(declined))).toBe(second);
  });

  it('passes over types without a handler, later ones included', () => {
    const table = new RoutingTable('g', [routeOf({})]);

    expect(table.match(messageOf(declined))).toBe('passed-over');
    expect(table.match(messageOf('sluice.payments.v1.NotInvented'))).toBe('passed-over');
  });

  it('leaves a message that names no type to the decoder', () => {
    expect(new RoutingTable('g', [routeOf({})]).match(messageOf(undefined))).toBe('undecided');
  });

  it('refuses two handlers of one group for the same type', () => {
    expect(() => new RoutingTable('g', [routeOf({}), routeOf({})])).toThrow(/two handlers/);
    expect(() => new RoutingTable('g', [routeOf({}), routeOf({ raw: true })])).toThrow(
      /two handlers/,
    );
  });
});

describe('planOf', () => {
  it('refuses counts below one, and a consumer of nothing', () => {
    const options = { topic: 'payments.v1', group: 'g', types: [captured] } as const;

    expect(() => planOf({ ...options, batchMax: 0 })).toThrow(RangeError);
    expect(() => planOf({ ...options, attemptsMax: 1.5 })).toThrow(RangeError);
    expect(() => planOf({ ...options, types: [] })).toThrow(RangeError);
    expect(() => planOf({ ...options, topic: [] })).toThrow(RangeError);
  });

  it('parks by default', () => {
    expect(planOf({ topic: 'payments.v1', group: 'g', types: [captured] }).onFailure).toBe('park');
  });
});

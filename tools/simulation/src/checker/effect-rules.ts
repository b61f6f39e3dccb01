import { bookkeeperLimits } from '../network/bookkeeper.ts';
import type { Rule } from './check.ts';
import type { Row } from './evidence.ts';

const ends = new Set<unknown>(['SUCCEEDED', 'REJECTED', 'ABANDONED']);
const withPeople = new Set<unknown>(['MANUAL', 'DUPLICATE']);

/** 7: what was unknown is looked up before it is sent again. */
const lookedUpFirst: Rule = ({ attempts }) => {
  const byKey = Map.groupBy(attempts, (row) => row['effect_key']);
  return [...byKey].flatMap(([key, steps]) =>
    steps.some(
      ({ act }, at) =>
        act === 'send' &&
        steps[at - 1]?.['act'] === 'send' &&
        steps[at - 1]?.['outcome'] !== 'NOT_EXECUTED',
    )
      ? [`effect ${key} was sent again without a look-up`]
      : [],
  );
};

/** 8: an effect that has ended stays ended, and its epoch only grows. */
const endsStay: Rule = ({ effectHistory }) => {
  const byKey = Map.groupBy(effectHistory, (row) => row['key']);
  return [...byKey].flatMap(([key, steps]) =>
    pairs(steps).flatMap(([before, after]) => [
      ...(ends.has(before['state']) && after['state'] !== before['state']
        ? [`effect ${key} went from ${before['state']} to ${after['state']}`]
        : []),
      ...(Number(after['epoch']) < Number(before['epoch'])
        ? [`epoch of effect ${key} fell from ${before['epoch']} to ${after['epoch']}`]
        : []),
    ]),
  );
};

const ranks = ['pending', 'in_review', 'authorized', 'captured', 'refunded'];

/** 8: a payment never goes back, whatever order notifications come in. */
const paymentsGoForward: Rule = ({ paymentHistory }) => {
  const byPayment = Map.groupBy(paymentHistory, (row) => row['payment_id']);
  return [...byPayment].flatMap(([payment, steps]) =>
    pairs(steps).flatMap(([before, after]) => {
      const isBack = rankOf(after) < rankOf(before) || versionOf(after) < versionOf(before);
      return isBack ? [`payment ${payment} went from ${before['state']} to ${after['state']}`] : [];
    }),
  );
};

/** 10: after the faults everything ends in bounded time, or waits for people and says so. */
const nothingOpen: Rule = ({ effects, parkedKeys, groups, journal, isQuiet }) => [
  ...(isQuiet ? [] : ['a quarter of an hour after the last fault there was still work to do']),
  ...effects
    .filter(({ state }) => !ends.has(state) && !withPeople.has(state))
    .map(({ key, state }) => `effect ${key} is still ${state}`),
  ...parkedKeys
    .filter(({ state }) => state === 'retrying')
    .map(({ consumer, key }) => `key ${key} still waits in ${consumer}`),
  ...groups
    .filter(({ unread }) => unread > 0n)
    .map(({ name, unread }) => `${name} has not committed ${unread} messages`),
  ...journal.payments
    .filter(({ paymentId }) => paymentId === undefined)
    .map(({ orderId }) => `the payment of ${orderId} was never answered`),
];

/** 10: what waits for people has a reason that only people can judge. */
const peopleForAReason: Rule = ({ effects }) =>
  effects
    .filter(({ state, code }) => withPeople.has(state) && code !== 'EFFECT_FOUND_DIFFERENT')
    .map(({ key, state, code }) => `effect ${key} is ${state} because of ${code}`);

/** 15: third parties never see more calls than they allow. */
const withinRate: Rule = ({ bookkeeperCallsAtMs: calls }) => {
  const { perMinute } = bookkeeperLimits;
  const isOver = calls.some((atMs, at) => {
    const earlier = calls[at - perMinute];
    return earlier !== undefined && atMs - earlier < 60_000;
  });
  return isOver ? [`the bookkeeper saw more than ${perMinute} calls in a minute`] : [];
};

/** The invariants about effects. */
export const effectRules: readonly (readonly [number, Rule])[] = [
  [7, lookedUpFirst],
  [8, endsStay],
  [8, paymentsGoForward],
  [10, nothingOpen],
  [10, peopleForAReason],
  [15, withinRate],
];

function pairs(rows: readonly Row[]): readonly (readonly [Row, Row])[] {
  return rows.slice(1).flatMap((after, at) => {
    const before = rows[at];
    return before === undefined ? [] : [[before, after] as const];
  });
}

function rankOf(row: Row): number {
  return ranks.indexOf(String(row['state']));
}

function versionOf(row: Row): number {
  return Number(row['version']);
}

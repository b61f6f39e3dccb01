import { setTimeout as pause } from 'node:timers/promises';
import { writingCalls, type Fault, type TwinName, type Twins } from '@sluice/end-to-end';
import type { FaultHand } from './fault-runner.ts';
import { seededRandom, type Random } from './random.ts';

/** Refunds that are asked of the API make their credit note themselves. */
const writes: Readonly<Record<TwinName, readonly string[]>> = {
  ...writingCalls,
  zoho: [...writingCalls.zoho, 'PUT /books/v3/creditnotes'],
};

/** Everything that a third party may be asked; control calls are never struck. */
const everything: Readonly<Record<TwinName, string>> = {
  zoho: '*',
  cybersource: '*',
  // The customer's own checkout is no call of ours.
  shop: 'PUT /api/orders/*/status',
};

/** Longer than the longest time that any of our services waits for an answer. */
const tooLateMs = 6_000;
const strikesMax = 3;

type ThirdPartyKind = 'outcome-unknown' | 'third-party-down' | 'revoked-tokens' | 'webhook-trouble';

/** Faults of third parties, through the control API of their twins. */
export function thirdPartyHands(twins: Twins): Readonly<Record<ThirdPartyKind, FaultHand>> {
  const during = async (
    twin: TwinName,
    lastMs: number,
    faults: readonly Fault[],
  ): Promise<void> => {
    await twins.fault(twin, faults);
    await pause(lastMs);
    await twins.fault(twin, []);
  };
  return {
    'outcome-unknown': async ({ target, lastMs, seed }) => {
      const twin = target as TwinName;
      const random = seededRandom(seed);
      const faults = writes[twin].map((route) => ({
        ...unknownOutcome(random, route),
        times: random.between(1, strikesMax),
      }));
      await during(twin, lastMs, faults);
    },
    'third-party-down': async ({ target, lastMs, seed }) => {
      const twin = target as TwinName;
      await during(twin, lastMs, [outage(seededRandom(seed), everything[twin])]);
    },
    'revoked-tokens': async () => {
      await twins.control('zoho', '/revoke-tokens', { method: 'POST', body: {} });
    },
    'webhook-trouble': async ({ target, lastMs, seed }) => {
      const twin = target === 'cybersource' ? 'cybersource' : 'zoho';
      await twins.deliver(twin, webhookTrouble(seededRandom(seed)));
      await pause(lastMs);
      await twins.deliver(twin, { duplicates: 1, reverse: false, delayMs: 0, drop: 0 });
    },
  };
}

/** The work is done, and the caller does not learn of it. */
function unknownOutcome(random: Random, route: string): Fault {
  return random.pick<Fault>([
    { route, kind: 'reset_after' },
    { route, kind: 'reset_after' },
    { route, kind: 'status_after', status: 502 },
    { route, kind: 'status_after', status: 500 },
    { route, kind: 'garbage' },
    { route, kind: 'delay', delayMs: tooLateMs },
  ]);
}

/** The work is not done. */
function outage(random: Random, route: string): Fault {
  return random.pick<Fault>([
    { route, kind: 'status', status: 429, body: { code: 1070, message: 'Too many requests' } },
    { route, kind: 'status', status: 503 },
    { route, kind: 'reset_before' },
  ]);
}

function webhookTrouble(random: Random): Record<string, unknown> {
  return random.pick([
    { duplicates: 5 },
    { reverse: true, reverseWindowMs: 1_500 },
    { duplicates: 3, reverse: true, reverseWindowMs: 800 },
    { delayMs: 3_000 },
    { drop: 3 },
  ]);
}

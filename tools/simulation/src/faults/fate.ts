import { PermanentFailure } from '@sluice/failure';
import type { Delivery } from '@sluice/messaging';
import type { BrokerFate, BrokerFault } from '../broker/simulated-broker.ts';
import type { DatabaseFate, DatabaseFault } from '../database/simulated-database.ts';
import type { NetworkFate, NetworkFault } from '../network/simulated-network.ts';
import type { Actor } from '../world/actor.ts';
import { world } from '../world/world.ts';

/** What can be switched on for one history; each seed has some of them. */
export const faultFamilies = [
  'kill',
  'standstill',
  'rebalance',
  'database cut',
  'database outage',
  'broker fault',
  'broker outage',
  'third party before',
  'third party after',
  'third party odd',
  'handler',
  'poison',
  'duplicates',
  'clock',
  'sender',
  'long transaction',
] as const;

export type FaultFamily = (typeof faultFamilies)[number];

const databaseFaults = ['cut-before', 'cut-after', 'cut-after', 'slow'] as const;
const brokerFaults = [
  'refused',
  'lost-acknowledgement',
  'partly-written',
  'written-late',
  'slow',
] as const;
const callFaults: Partial<Record<FaultFamily, readonly NonNullable<NetworkFault>[]>> = {
  'third party before': [
    'refused connection',
    '429',
    '5xx before',
    'reset before',
    'timeout before',
  ],
  'third party after': ['5xx after', 'reset after', 'timeout after'],
  'third party odd': ['garbage after', 'redirect', 'slow'],
};

/** Decides, by the seed, which calls go wrong and how, until everything heals. */
export class Fate implements DatabaseFate, BrokerFate, NetworkFate {
  readonly families: ReadonlySet<FaultFamily>;
  readonly #hurtUntilMs = new Map<string, number>();
  isHealed = false;

  constructor() {
    const { fate } = world();
    const share = fate.between(0.25, 0.9);
    this.families = new Set(faultFamilies.filter(() => fate.isLucky(share)));
  }

  has(family: FaultFamily): boolean {
    return !this.isHealed && this.families.has(family);
  }

  faultOf(_actor: Actor, step: string | undefined): DatabaseFault {
    if (!this.has('database cut')) return undefined;
    const { fate } = world();
    return fate.isLucky(step === 'commits' ? 0.03 : 0.004) ? fate.pick(databaseFaults) : undefined;
  }

  publishFault(): BrokerFault {
    const { fate } = world();
    return this.has('broker fault') && fate.isLucky(0.2) ? fate.pick(brokerFaults) : undefined;
  }

  isCommitRefused(): boolean {
    return this.has('broker fault') && world().fate.isLucky(0.15);
  }

  callFault(_actor: Actor, isRead: boolean): NetworkFault {
    const { fate } = world();
    for (const [family, faults] of Object.entries(callFaults)) {
      const isMet = this.has(family as FaultFamily) && fate.isLucky(isRead ? 0.1 : 0.25);
      if (isMet) return fate.pick(faults);
    }
    return undefined;
  }

  /** A handler fails before it has done anything: now and then, for one key all the time until it heals, or for good. */
  handle({ event }: Delivery): void {
    const { fate, nowMs } = world();
    if (!this.has('handler')) return;
    const hurtUntilMs =
      this.#hurtUntilMs.get(event.key) ??
      (fate.isLucky(0.3) ? nowMs + fate.between(2_000, 20_000) : 0);
    this.#hurtUntilMs.set(event.key, hurtUntilMs);
    if (nowMs < hurtUntilMs) {
      world().countFault('handler always throws');
      throw new Error('A simulated bug that stays.');
    }
    const chance = fate.next();
    if (chance < 0.05) {
      world().countFault('handler throws');
      throw new Error('A simulated bug.');
    }
    if (chance > 0.02 && chance < 0.06 && event.type.endsWith('NotificationReceived')) {
      world().countFault('handler gives up');
      throw new PermanentFailure('SIMULATED', 'A simulated refusal.');
    }
  }
}

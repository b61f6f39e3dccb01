import { seededRandom, type Random } from './random.ts';

/** Everything that a storm does to the product and to what it stands on. */
export const faultKinds = {
  'kill-service': 'kill -9 of a service, and a restart',
  'freeze-service': 'SIGSTOP of a service for some seconds',
  'freeze-past-lease':
    'SIGSTOP of a service for longer than the lease of its relay, with a replica that takes over',
  'kill-replica': 'a second replica of a service that joins, and leaves by kill -9 or in order',
  rebalance:
    'a foreign member that joins the consumer groups of a service and leaves them, every two seconds',
  'kill-broker': 'kill -9 of one of three brokers, and a restart',
  'freeze-broker': 'SIGSTOP of one of three brokers',
  'kill-postgres': 'kill -9 of Postgres, and a restart',
  'disk-full': 'no byte left on the disk of the write-ahead log of Postgres',
  'cut-connections': 'a random part of the connections of one line is reset',
  'stall-connections': 'one line takes bytes and passes none on',
  'swallow-answers': 'one line passes requests on and swallows the answers, then is cut',
  'refuse-connections': 'one line refuses connections',
  'slow-connections': 'one line delays every chunk of bytes',
  'outcome-unknown': 'a third party commits, and its answer is lost, late, garbage or an error',
  'third-party-down': 'a third party answers 429, 503 or cuts before it does anything',
  'revoked-tokens': 'Zoho forgets its access tokens',
  'webhook-trouble': 'webhooks come five times, in reverse, late, or not at all',
} as const;
export type FaultKind = keyof typeof faultKinds;

/** One fault of a plan. */
export interface PlannedFault {
  readonly kind: FaultKind;
  /** Since the beginning of the storm. */
  readonly atMs: number;
  readonly lastMs: number;
  /** Service, line, broker or third party. */
  readonly target: string;
  /** Decides what else there is to decide. */
  readonly seed: number;
}

/** What can be hit. */
export interface Targets {
  readonly services: readonly string[];
  /** Services that consume, of which a second replica may join. */
  readonly consumers: readonly string[];
  readonly lines: readonly string[];
  readonly brokers: readonly string[];
  readonly canFillDisk: boolean;
}

const pauseMs = { min: 1_500, max: 4_500 };
const rebalanceEveryMs = 2_000;
/** Longer than the 7.5 s for which a relay owns its shards. */
const pastLeaseMs = { min: 9_000, max: 11_500 };

/** How often each kind stands in the deck that faults are drawn from; a deck is used up before the next is shuffled. */
const deck: Readonly<Partial<Record<FaultKind, number>>> = {
  'kill-service': 5,
  'freeze-service': 1,
  'freeze-past-lease': 1,
  'kill-replica': 2,
  'kill-broker': 2,
  'freeze-broker': 1,
  'kill-postgres': 1,
  'disk-full': 1,
  'cut-connections': 3,
  'stall-connections': 2,
  'swallow-answers': 3,
  'refuse-connections': 1,
  'slow-connections': 1,
  'outcome-unknown': 4,
  'third-party-down': 2,
  'revoked-tokens': 1,
  'webhook-trouble': 2,
};

const durationsMs: Readonly<Partial<Record<FaultKind, { min: number; max: number }>>> = {
  'kill-service': { min: 0, max: 3_000 },
  'freeze-service': { min: 2_000, max: 8_000 },
  'freeze-past-lease': pastLeaseMs,
  'kill-replica': { min: 500, max: 5_000 },
  'kill-broker': { min: 1_000, max: 8_000 },
  'freeze-broker': { min: 3_000, max: 8_000 },
  'kill-postgres': { min: 200, max: 4_000 },
  'disk-full': { min: 4_000, max: 8_000 },
  'stall-connections': { min: 2_000, max: 7_000 },
  'swallow-answers': { min: 300, max: 3_000 },
  'refuse-connections': { min: 1_000, max: 5_000 },
  'slow-connections': { min: 3_000, max: 8_000 },
  'outcome-unknown': { min: 3_000, max: 8_000 },
  'third-party-down': { min: 2_000, max: 6_000 },
  'webhook-trouble': { min: 4_000, max: 10_000 },
};

/**
 * The faults of a storm, the same for the same seed, in the order of their beginning.
 *
 * None lasts beyond the storm. Foreign members come and go every two seconds on top of everything else.
 */
export function planFaults(
  seed: number,
  storm: { readonly lastMs: number; readonly targets: Targets },
): readonly PlannedFault[] {
  const random = seededRandom(seed);
  const { lastMs, targets } = storm;
  const faults: PlannedFault[] = [];
  let cards: FaultKind[] = [];
  for (let atMs = 500; atMs < lastMs; atMs += random.between(pauseMs.min, pauseMs.max)) {
    if (cards.length === 0) cards = shuffledDeck(random, targets);
    const kind = drawFitting(cards, lastMs - atMs);
    if (kind === undefined) continue;
    faults.push(faultOf(kind, { atMs, random, targets, leftMs: lastMs - atMs }));
  }
  for (let atMs = rebalanceEveryMs; atMs < lastMs; atMs += rebalanceEveryMs) {
    const target = random.pick(targets.consumers);
    faults.push({
      kind: 'rebalance',
      atMs,
      lastMs: 1_000,
      target,
      seed: random.between(0, 2 ** 31),
    });
  }
  return faults.toSorted((a, b) => a.atMs - b.atMs);
}

function shuffledDeck(random: Random, { canFillDisk }: Targets): FaultKind[] {
  const cards = Object.entries(deck).flatMap(([kind, count]) =>
    Array.from({ length: count }, () => kind as FaultKind),
  );
  const possible = cards.filter((kind) => canFillDisk || kind !== 'disk-full');
  return possible
    .map((kind) => ({ kind, place: random.next() }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ kind }) => kind);
}

/** Takes the first card whose fault has still room in the storm. */
function drawFitting(cards: FaultKind[], leftMs: number): FaultKind | undefined {
  const index = cards.findIndex((kind) => (durationsMs[kind]?.min ?? 0) <= leftMs);
  return index < 0 ? undefined : cards.splice(index, 1)[0];
}

function faultOf(
  kind: FaultKind,
  at: {
    readonly atMs: number;
    readonly leftMs: number;
    readonly random: Random;
    readonly targets: Targets;
  },
): PlannedFault {
  const { atMs, leftMs, random, targets } = at;
  const { min, max } = durationsMs[kind] ?? { min: 0, max: 0 };
  const lastMs = Math.min(random.between(min, max), leftMs);
  const target = random.pick(targetsOf(kind, targets));
  return { kind, atMs, lastMs, target, seed: random.between(0, 2 ** 31) };
}

const thirdParties = ['zoho', 'cybersource', 'shop'] as const;

function targetsOf(kind: FaultKind, targets: Targets): readonly string[] {
  switch (kind) {
    case 'kill-service':
    case 'freeze-service':
      return targets.services;
    case 'freeze-past-lease':
    case 'kill-replica':
    case 'rebalance':
      return targets.consumers;
    case 'kill-broker':
    case 'freeze-broker':
      return targets.brokers;
    case 'kill-postgres':
    case 'disk-full':
      return ['Postgres'];
    case 'outcome-unknown':
    case 'third-party-down':
      // Most of what can go wrong goes wrong at Zoho, which has by far the most calls.
      return ['zoho', ...thirdParties];
    case 'revoked-tokens':
      return ['zoho'];
    case 'webhook-trouble':
      return ['zoho', 'cybersource'];
    default:
      return targets.lines;
  }
}

import { world } from '../world/world.ts';
import { minorOf } from './minor-units.ts';
import type { ArrivedRequest, ServedReply, ThirdParty } from './simulated-network.ts';

/** One entry in the books. */
export interface Entry {
  readonly id: string;
  readonly kind: 'payment' | 'credit-note';
  /** Our key, by which it can be found. */
  readonly key: string;
  readonly paymentId: string;
  readonly minor: bigint;
  readonly currency: string;
  readonly atMs: number;
}

/** Calls that the vendor allows in any minute, and at the same moment. */
export const bookkeeperLimits = { perMinute: 60, concurrency: 2 };

const searchLagMs = 6_000;

/** A bookkeeping vendor with an own ledger, which takes the same entry twice and shows entries late. */
export class Bookkeeper implements ThirdParty {
  readonly entries: Entry[] = [];
  readonly callsAtMs: number[] = [];

  serve({ path, body }: ArrivedRequest): ServedReply {
    this.callsAtMs.push(world().nowMs);
    const [, searched] = /^\/books\/search\?key=(.+)$/.exec(path) ?? [];
    if (searched !== undefined) {
      const key = decodeURIComponent(searched);
      const shownMs = world().nowMs - searchLagMs;
      const found = this.entries.filter((entry) => entry.key === key && entry.atMs <= shownMs);
      return { status: 200, body: { found: found.map(shown) } };
    }
    const entry: Entry = {
      id: `B-${this.entries.length + 1}`,
      kind: path === '/books/payments' ? 'payment' : 'credit-note',
      key: String(body['key']),
      paymentId: String(body['paymentId']),
      minor: minorOf(body['amount'], body['currency']),
      currency: String(body['currency']),
      atMs: world().nowMs,
    };
    this.entries.push(entry);
    world().record(`bookkeeper ${entry.kind} ${entry.minor} ${entry.currency}`);
    return { status: 201, body: shown(entry) };
  }
}

function shown({ id, key }: Entry): Readonly<Record<string, string>> {
  return { id, key };
}

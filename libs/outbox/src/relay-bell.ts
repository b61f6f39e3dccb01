import { RelayConnection } from './relay-connection.ts';
import { maskOf } from './shard.ts';

/** What one process tells the relays of the others: shards with new rows, or to look at shards and held keys. */
export type RelayCall = { readonly shards: bigint } | 'tend';

const tend = 'tend';

/** Reads a notification; what cannot be read is taken for rows in any shard. */
export function relayCallOf(payload: string | undefined): RelayCall {
  if (payload === tend) return tend;
  const isMask = payload !== undefined && /^[0-9a-f]{1,16}$/.test(payload);
  return { shards: isMask ? BigInt(`0x${payload}`) : maskOf() };
}

/**
 * Wakes the relays of other processes by NOTIFY, on a connection of its own: never in the transaction that
 * appended, where it would take a lock that all committing transactions share.
 *
 * Whatever is told while one NOTIFY is on its way leaves with the next one. A call that does not get through
 * is forgotten: relays also poll. In a process without a relay: `outbox.onWake((shards) => bell.ring(shards))`.
 */
export class RelayBell {
  readonly #connection: RelayConnection;
  #shards = 0n;
  #mustTend = false;
  #ringing: Promise<void> | undefined;

  constructor(options: { readonly databaseUrl: string }) {
    this.#connection = new RelayConnection(options.databaseUrl);
  }

  /** Tells that rows of these shards were committed; of any shard when none are named. Returns at once. */
  ring(shards?: readonly number[]): void {
    this.#shards |= maskOf(shards);
    this.#ringing ??= this.#ringAll();
  }

  /** Asks every relay to look at once which shards are free and which keys were released. */
  async callToTend(): Promise<void> {
    this.#mustTend = true;
    this.#ringing ??= this.#ringAll();
    await this.#ringing;
  }

  /** Lets what is being told leave, then disconnects; the next ring connects again. */
  async close(): Promise<void> {
    await this.#ringing;
    await this.#connection.close();
  }

  async #ringAll(): Promise<void> {
    // Commits of the same moment are told together.
    await Promise.resolve();
    try {
      while (this.#mustTend || this.#shards !== 0n) await this.#connection.notify(this.#take());
    } catch {
      this.#shards = 0n;
    } finally {
      this.#ringing = undefined;
    }
  }

  #take(): string {
    if (this.#mustTend) {
      this.#mustTend = false;
      return tend;
    }
    const mask = this.#shards.toString(16);
    this.#shards = 0n;
    return mask;
  }
}

import type { ReceivedMessage } from '../event-record.ts';
import { ParkingStore } from '../parking-store.ts';
import type {
  ParkClaim,
  ParkedCause,
  ParkedMessage,
  ParkedState,
  ParkingFigures,
  ParkRequest,
  Postponement,
} from '../parking-store.ts';

interface ParkedKey {
  readonly consumer: string;
  readonly key: string;
  readonly parkedAtMs: number;
  state: ParkedState;
  attempts: number;
  nextAtMs: number;
  cause: ParkedCause;
  epoch: bigint;
  leaseUntilMs: number;
  messages: ParkedMessage[];
}

/** Parked keys in memory, with the promises of the port; for tests. */
export class InMemoryParkingStore extends ParkingStore {
  readonly #keys = new Map<string, ParkedKey>();
  #seq = 0n;
  #fault: Error | undefined;

  /** Every call rejects with this error until it is called with undefined. */
  refuse(fault: Error | undefined): void {
    this.#fault = fault;
  }

  /** A parked key as it stands; undefined when it is not parked. */
  inspect(consumer: string, key: string): Readonly<ParkedKey> | undefined {
    return this.#keys.get(nameOf(consumer, key));
  }

  /** What an operator does: the key is tried again now. */
  retryNow(consumer: string, key: string): void {
    const parked = this.#keys.get(nameOf(consumer, key));
    if (parked === undefined) return;
    parked.state = 'retrying';
    parked.nextAtMs = 0;
  }

  override async park(request: ParkRequest): Promise<void> {
    await this.#check();
    const { consumer, key, message, state, attempts, nextAtMs, cause } = request;
    const known = this.#keys.get(nameOf(consumer, key));
    if (known !== undefined) return this.#append(known, message);
    const parked: ParkedKey = {
      consumer,
      key,
      parkedAtMs: Date.now(),
      state,
      attempts,
      nextAtMs,
      cause,
      epoch: 0n,
      leaseUntilMs: 0,
      messages: [],
    };
    this.#append(parked, message);
    this.#keys.set(nameOf(consumer, key), parked);
  }

  override async appendBehind(
    consumer: string,
    key: string,
    message: ReceivedMessage,
  ): Promise<boolean> {
    await this.#check();
    const parked = this.#keys.get(nameOf(consumer, key));
    if (parked === undefined) return false;
    this.#append(parked, message);
    return true;
  }

  override async parkedKeys(consumer: string): Promise<readonly string[]> {
    await this.#check();
    return [...this.#keys.values()].flatMap((each) => (each.consumer === consumer ? each.key : []));
  }

  override async claimDue(request: {
    readonly consumer: string;
    readonly nowMs: number;
    readonly leaseMs: number;
    readonly limit: number;
  }): Promise<readonly ParkClaim[]> {
    await this.#check();
    const { consumer, nowMs, leaseMs, limit } = request;
    const due = [...this.#keys.values()].filter(
      (each) =>
        each.consumer === consumer &&
        each.state === 'retrying' &&
        each.nextAtMs <= nowMs &&
        each.leaseUntilMs <= nowMs,
    );
    return due.slice(0, limit).map((parked) => {
      parked.epoch += 1n;
      parked.leaseUntilMs = nowMs + leaseMs;
      return { consumer, key: parked.key, attempts: parked.attempts, epoch: parked.epoch };
    });
  }

  override async head(claim: ParkClaim): Promise<ParkedMessage | undefined> {
    await this.#check();
    return this.#claimed(claim)?.messages[0];
  }

  override async completeHead(
    claim: ParkClaim,
    seq: bigint,
  ): Promise<'next' | 'released' | 'lost'> {
    await this.#check();
    const parked = this.#claimed(claim);
    if (parked === undefined) return 'lost';
    parked.messages = parked.messages.filter((each) => each.seq !== seq);
    parked.attempts = 0;
    if (parked.messages.length > 0) return 'next';
    this.#keys.delete(nameOf(claim.consumer, claim.key));
    return 'released';
  }

  override async postpone(claim: ParkClaim, outcome: Postponement): Promise<void> {
    await this.#check();
    const parked = this.#claimed(claim);
    if (parked === undefined) return;
    parked.state = outcome.state ?? parked.state;
    parked.attempts = outcome.attempts;
    parked.nextAtMs = outcome.nextAtMs;
    parked.cause = outcome.cause ?? parked.cause;
    parked.leaseUntilMs = 0;
  }

  override async figures(consumer: string): Promise<ParkingFigures> {
    await this.#check();
    const own = [...this.#keys.values()].filter((each) => each.consumer === consumer);
    return {
      keys: own.length,
      quarantinedKeys: own.filter(({ state }) => state === 'quarantined').length,
      events: own.reduce((sum, { messages }) => sum + messages.length, 0),
      oldestParkedAtMs:
        own.length === 0 ? null : Math.min(...own.map(({ parkedAtMs }) => parkedAtMs)),
    };
  }

  #claimed({ consumer, key, epoch }: ParkClaim): ParkedKey | undefined {
    const parked = this.#keys.get(nameOf(consumer, key));
    return parked?.epoch === epoch ? parked : undefined;
  }

  #append(parked: ParkedKey, message: ReceivedMessage): void {
    const { topic, partition, offset } = message;
    const isKnown = parked.messages.some(
      ({ message: waiting }) =>
        waiting.topic === topic && waiting.partition === partition && waiting.offset === offset,
    );
    if (isKnown) return;
    this.#seq += 1n;
    parked.messages.push({ seq: this.#seq, message });
  }

  async #check(): Promise<void> {
    await Promise.resolve();
    if (this.#fault !== undefined) throw this.#fault;
  }
}

function nameOf(consumer: string, key: string): string {
  return `${consumer} ${key}`;
}

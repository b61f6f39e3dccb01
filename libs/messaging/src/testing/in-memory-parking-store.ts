import type { ReceivedMessage } from '../event-record.ts';
import type {
  Bury,
  OperatorNote,
  ParkedAct,
  ParkedActOutcome,
  ParkedKeyName,
  ParkedKeyView,
  RecordedAct,
  RedriveLetter,
  RedriveOutcome,
  RedriveRequest,
} from '../operator-acts.ts';
import { placeName, splitAtHead } from '../dead-letter-origin.ts';
import { parkingErrors } from '../parking-errors.ts';
import { ParkingStore, redrivenCause } from '../parking-store.ts';
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
  failingSinceMs: number | undefined;
  messages: ParkedMessage[];
}

/** Parked keys in memory, with the promises of the port; for tests. */
export class InMemoryParkingStore extends ParkingStore {
  readonly #keys = new Map<string, ParkedKey>();
  #seq = 0n;
  #fault: Error | undefined;
  readonly #acts: RecordedAct[] = [];
  readonly #redriven = new Set<string>();

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
    const parked = this.#create({ consumer, key, state, attempts, nextAtMs, cause });
    this.#append(parked, message);
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
      const { key, attempts, epoch, failingSinceMs } = parked;
      const since = failingSinceMs === undefined ? {} : { failingSinceMs };
      return { consumer, key, attempts, epoch, ...since };
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
    parked.failingSinceMs = undefined;
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
    parked.failingSinceMs = outcome.failingSinceMs ?? parked.failingSinceMs;
    parked.leaseUntilMs = 0;
  }

  override async figures(consumer: string): Promise<ParkingFigures> {
    await this.#check();
    const own = [...this.#keys.values()].filter((each) => each.consumer === consumer);
    return {
      keys: own.length,
      quarantinedKeys: own.filter(({ state }) => state === 'quarantined').length,
      events: own.reduce((sum, { messages }) => sum + messages.length, 0),
      eventsOfFullestKey: Math.max(0, ...own.map(({ messages }) => messages.length)),
      oldestParkedAtMs:
        own.length === 0 ? null : Math.min(...own.map(({ parkedAtMs }) => parkedAtMs)),
    };
  }

  override async list(limit: number, consumer?: string): Promise<readonly ParkedKeyView[]> {
    await this.#check();
    const wanted = [...this.#keys.values()].filter(
      (each) => consumer === undefined || each.consumer === consumer,
    );
    return wanted.slice(0, limit).map((each) => ({
      consumer: each.consumer,
      key: each.key,
      state: each.state,
      attempts: each.attempts,
      nextAt: new Date(each.nextAtMs),
      causeCode: each.cause.code,
      causeMessage: each.cause.message,
      parkedAt: new Date(each.parkedAtMs),
      events: each.messages.length,
    }));
  }

  override async waiting(name: ParkedKeyName, limit: number): Promise<readonly ParkedMessage[]> {
    await this.#check();
    return this.inspect(name.consumer, name.key)?.messages.slice(0, limit) ?? [];
  }

  override async act(act: ParkedAct, bury: Bury): Promise<ParkedActOutcome> {
    await this.#check();
    const parked = this.#keys.get(nameOf(act.consumer, act.key));
    if (parked === undefined) throw parkingErrors.failure('PARKED_KEY_MISSING');
    if (parked.leaseUntilMs > Date.now()) throw parkingErrors.failure('PARKED_KEY_BUSY');
    const [head] = parked.messages;
    if ('seq' in act && head?.seq !== act.seq) throw parkingErrors.failure('PARKED_HEAD_CHANGED');
    const buried = buriedBy(act, parked.messages);
    if (buried.length > 0) await bury(buried, parked);
    parked.messages = parked.messages.slice(buried.length);
    if (act.kind === 'edit' && head !== undefined) {
      const edited = { seq: head.seq, message: { ...head.message, value: act.value } };
      parked.messages = [edited, ...parked.messages.slice(1)];
    } else {
      parked.state = 'retrying';
      parked.nextAtMs = 0;
    }
    if (act.kind === 'release' || act.kind === 'skip') {
      parked.attempts = 0;
      parked.failingSinceMs = undefined;
    }
    parked.epoch += 1n;
    parked.leaseUntilMs = 0;
    if (parked.messages.length === 0) this.#keys.delete(nameOf(act.consumer, act.key));
    const { consumer, key } = act;
    this.#record(`parked-key.${act.kind}`, act, { consumer, key, deadLetters: buried.length });
    return { waiting: parked.messages.length, deadLetters: buried.length };
  }

  override async redrive(request: RedriveRequest): Promise<RedriveOutcome> {
    await this.#check();
    const { consumer, letters } = request;
    const outcome = { redriven: 0, known: 0, waiting: 0, busy: 0 };
    for (const [key, ofKey] of Map.groupBy(letters, (letter) => letter.key)) {
      const parked = this.#keys.get(nameOf(consumer, key));
      if ((parked?.leaseUntilMs ?? 0) > Date.now()) outcome.busy += ofKey.length;
      else this.#redriveKey(request, { parked, key, letters: ofKey, outcome });
    }
    this.#record('dead-letters.redrive', request, { consumer, ...outcome });
    return outcome;
  }

  override async acts(limit: number): Promise<readonly RecordedAct[]> {
    await this.#check();
    return this.#acts.toReversed().slice(0, limit);
  }

  #redriveKey(
    { consumer, dueAtMs: nextAtMs }: RedriveRequest,
    wanted: {
      readonly parked: ParkedKey | undefined;
      readonly key: string;
      readonly letters: readonly RedriveLetter[];
      readonly outcome: Record<'redriven' | 'known' | 'waiting', number>;
    },
  ): void {
    const { key, letters, outcome } = wanted;
    const waiting = new Set(wanted.parked?.messages.map(({ message }) => placeName(message)));
    const fresh = letters.filter((letter) => {
      const isKnown = letter.letters.every((place) => this.#redriven.has(placeName(place)));
      const isWaiting = waiting.has(placeName(letter.original));
      if (isKnown) outcome.known += 1;
      else if (isWaiting) outcome.waiting += 1;
      return !isKnown && !isWaiting;
    });
    if (fresh.length === 0) return;
    outcome.redriven += fresh.length;
    for (const { letters: places } of fresh) {
      for (const place of places) this.#redriven.add(placeName(place));
    }
    const cause = redrivenCause;
    const parked =
      wanted.parked ??
      this.#create({ consumer, key, state: 'retrying', attempts: 0, nextAtMs, cause });
    const { before, behind } = splitAtHead(fresh, parked.messages[0]?.message);
    const numbered = [...before, ...behind].map(({ original }) => {
      this.#seq += 1n;
      return { seq: this.#seq, message: original };
    });
    const [first, rest] = [numbered.slice(0, before.length), numbered.slice(before.length)];
    parked.messages = [...first, ...parked.messages, ...rest];
    parked.epoch += 1n;
  }

  #create(
    fields: Pick<ParkedKey, 'consumer' | 'key' | 'state' | 'attempts' | 'nextAtMs' | 'cause'>,
  ): ParkedKey {
    const parked: ParkedKey = {
      ...fields,
      parkedAtMs: Date.now(),
      epoch: 0n,
      leaseUntilMs: 0,
      failingSinceMs: undefined,
      messages: [],
    };
    this.#keys.set(nameOf(fields.consumer, fields.key), parked);
    return parked;
  }

  #record(
    act: string,
    { maker, reason }: OperatorNote,
    subject: Readonly<Record<string, unknown>>,
  ): void {
    const id = String(this.#acts.length + 1);
    this.#acts.push({ id, at: new Date(), act, maker, reason, subject });
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

/** The messages that an act takes away from the front. */
function buriedBy(act: ParkedAct, messages: readonly ParkedMessage[]): readonly ReceivedMessage[] {
  const count = act.kind === 'drop' ? messages.length : act.kind === 'skip' ? 1 : 0;
  return messages.slice(0, count).map(({ message }) => message);
}

function nameOf(consumer: string, key: string): string {
  return `${consumer} ${key}`;
}

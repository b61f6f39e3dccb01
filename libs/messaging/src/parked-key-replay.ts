import { Logger } from '@nestjs/common';
import type { Clock } from '@sluice/clock';
import type { EventCodec } from '@sluice/contracts';
import type { ConsumerLimits } from './consumer-limits.ts';
import type { ConsumerMetrics } from './consumer-metrics.ts';
import { fromWire } from './envelope.ts';
import type { ReceivedMessage } from './event-record.ts';
import type { FailureHandling } from './failure-handling.ts';
import { causeOf, PARK_DELAY_MS, verdictOnReplay } from './failure-policy.ts';
import { callHandler } from './handler-call.ts';
import type { ParkClaim, ParkedMessage, ParkingFigures, ParkingStore } from './parking-store.ts';
import { pause } from './retry-delay.ts';
import type { RoutingTable } from './route.ts';

const claimsMax = 8;
/** While no key waits, the pause is this many times longer, and ends when one is parked. */
const idlePollFactor = 10;
const nothingParked: ParkingFigures = {
  keys: 0,
  quarantinedKeys: 0,
  events: 0,
  eventsOfFullestKey: 0,
  oldestParkedAtMs: null,
};

interface ReplayOptions {
  readonly group: string;
  readonly routing: RoutingTable;
  readonly parking: ParkingStore;
  readonly codec: EventCodec;
  readonly clock: Clock;
  readonly limits: ConsumerLimits;
  readonly failures: FailureHandling;
  readonly metrics: ConsumerMetrics;
  readonly stopping: AbortSignal;
}

/**
 * Replays parked keys that are due: each key in order, one message at a time, until one fails or none waits.
 *
 * Live messages of the key are appended behind meanwhile, and the key is released under the same lock.
 */
export class ParkedKeyReplay {
  readonly #options: ReplayOptions;
  readonly #parkedKeys: Set<string>;
  readonly #log: Logger;
  readonly #closing = new AbortController();
  #waking = new AbortController();
  /** A key was parked since the last look began. */
  #isWoken = false;
  readonly #replaying = new Map<string, Promise<void>>();
  #polling: Promise<void> = Promise.resolve();
  figures: ParkingFigures | undefined;

  constructor(options: ReplayOptions, parkedKeys: Set<string>) {
    this.#options = options;
    this.#parkedKeys = parkedKeys;
    this.#log = new Logger(`Replay ${options.group}`);
  }

  start(): void {
    this.#polling = this.#poll();
  }

  /** Call it when a key is known to be parked: a pause in which none was ends. */
  wake(): void {
    this.#isWoken = true;
    this.#waking.abort();
  }

  /** Lets the messages in work end, up to the drain bound, then stops. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#waking.abort();
    await this.#polling;
    const late = new AbortController();
    await Promise.race([
      Promise.all(this.#replaying.values()),
      pause(this.#options.limits.drainMs, late.signal),
    ]);
    late.abort();
  }

  async #poll(): Promise<void> {
    const { signal } = this.#closing;
    let mustLearn = true;
    await pause(this.#options.limits.replayPollMs, signal);
    for (let round = 1; !signal.aborted; round += 1) {
      try {
        await this.#look(mustLearn);
      } catch (error) {
        this.#tell(error);
      }
      const wasQuiet = await this.#rest();
      mustLearn = wasQuiet || round % idlePollFactor === 0;
    }
  }

  /** Other replicas park keys, and operators redrive dead letters: live events of those must wait behind, too. */
  async #look(mustLearn: boolean): Promise<void> {
    const { parking, group } = this.#options;
    this.#isWoken = false;
    if (mustLearn) {
      const keys = await parking.parkedKeys(group);
      for (const key of keys) this.#parkedKeys.add(key);
      if (keys.length === 0) {
        this.figures = nothingParked;
        return;
      }
    }
    await this.#replayDue();
    this.figures = await parking.figures(group);
  }

  /** Pauses before the next look, ten times longer while nothing is parked; true when nothing was parked meanwhile. */
  async #rest(): Promise<boolean> {
    const { replayPollMs } = this.#options.limits;
    this.#waking = new AbortController();
    await pause(replayPollMs, this.#closing.signal);
    const isQuiet = !this.#isWoken && this.figures?.keys === 0;
    if (!isQuiet || this.#closing.signal.aborted) return false;
    await pause(replayPollMs * (idlePollFactor - 1), this.#waking.signal);
    return !this.#isWoken;
  }

  /** Starts the replay of keys that are due; one that hangs keeps its place, and no other key waits for it. */
  async #replayDue(): Promise<void> {
    const { parking, group, clock, limits } = this.#options;
    const limit = claimsMax - this.#replaying.size;
    if (limit <= 0) return;
    const nowMs = clock.now().getTime();
    const request = { consumer: group, nowMs, leaseMs: limits.replayLeaseMs, limit };
    for (const claim of await parking.claimDue(request)) {
      if (this.#replaying.has(claim.key)) continue;
      const replay = this.#replayKey(claim)
        .catch((error: unknown) => this.#tell(error))
        .finally(() => this.#replaying.delete(claim.key));
      this.#replaying.set(claim.key, replay);
    }
  }

  #tell(error: unknown): void {
    this.#log.warn({ message: 'Parked keys were not replayed', reason: causeOf(error).message });
  }

  async #replayKey(claim: ParkClaim): Promise<void> {
    const { parking, metrics } = this.#options;
    let { attempts, failingSinceMs } = claim;
    for (;;) {
      const head = await parking.head(claim);
      if (head === undefined) return;
      const outcome = this.#closing.signal.aborted
        ? { error: undefined, isClosing: true }
        : await this.#attempt(head.message, attempts);
      if (outcome !== 'handled') {
        return this.#postpone(claim, { head, attempts, failingSinceMs, outcome });
      }
      metrics.replayed(head.message.topic);
      attempts = 0;
      failingSinceMs = undefined;
      const next = await parking.completeHead(claim, head.seq);
      if (next === 'released') this.#parkedKeys.delete(claim.key);
      if (next !== 'next') return;
    }
  }

  async #attempt(
    message: ReceivedMessage,
    attempts: number,
  ): Promise<'handled' | { error: unknown; isClosing: false }> {
    const { routing, codec, clock, group } = this.#options;
    try {
      const route = routing.match(message);
      if (route === 'passed-over') return 'handled';
      const event =
        route !== 'undecided' && route.plan.raw ? undefined : await fromWire(message, codec);
      if (route === 'undecided') return 'handled';
      const call = { route, message, event, attempts, receivedAtMs: clock.now().getTime() };
      await callHandler([call], group);
      return 'handled';
    } catch (error) {
      return { error, isClosing: false };
    }
  }

  async #postpone(
    claim: ParkClaim,
    failed: {
      readonly head: ParkedMessage;
      readonly attempts: number;
      readonly failingSinceMs: number | undefined;
      readonly outcome: { readonly error: unknown; readonly isClosing: boolean };
    },
  ): Promise<void> {
    const { parking, clock, failures, metrics, routing, limits } = this.#options;
    const { error, isClosing } = failed.outcome;
    const nowMs = clock.now().getTime();
    if (isClosing) return parking.postpone(claim, { attempts: failed.attempts, nextAtMs: nowMs });
    const attempts = failed.attempts + 1;
    const failingSinceMs = failed.failingSinceMs ?? nowMs;
    const verdict = verdictOnReplay(error, {
      attempts,
      failingForMs: nowMs - failingSinceMs,
      retryMsMax: limits.parkedRetryMsMax,
    });
    const cause = causeOf(error);
    const { message } = failed.head;
    this.#log.warn({ message: `Replay failed, ${cause.code}: ${cause.message}`, attempts });
    if (verdict.kind === 'quarantine') {
      const route = routing.match(message);
      const isRaw = typeof route === 'object' && route.plan.raw;
      if (!isRaw) await failures.deadLetter({ message, attempts, error });
      const end = { attempts, nextAtMs: nowMs, cause, failingSinceMs };
      await parking.postpone(claim, { ...end, state: 'quarantined' });
      metrics.quarantined(message.topic);
      return failures.alertQuarantined(message, error);
    }
    const delayMs = verdict.kind === 'park' ? verdict.delayMs : PARK_DELAY_MS;
    const counted = verdict.kind === 'wait-for-dependency' ? failed.attempts : attempts;
    const since = verdict.kind === 'wait-for-dependency' ? {} : { failingSinceMs };
    const nextAtMs = nowMs + delayMs;
    await parking.postpone(claim, { attempts: counted, nextAtMs, cause, ...since });
  }
}

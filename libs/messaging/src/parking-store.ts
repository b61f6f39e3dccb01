import type { FailureClass } from '@sluice/failure';
import type { ReceivedMessage } from './event-record.ts';
import type {
  Bury,
  ParkedAct,
  ParkedActOutcome,
  ParkedKeyName,
  ParkedKeyView,
  RecordedAct,
  RedriveOutcome,
  RedriveRequest,
} from './operator-acts.ts';

/** `retrying` keys are tried again when due; `quarantined` ones wait for an operator. */
export type ParkedState = 'retrying' | 'quarantined';

/** Why a key waits. */
export interface ParkedCause {
  readonly code: string;
  /** One sentence, without card numbers. */
  readonly message: string;
  readonly failureClass: FailureClass;
}

/** Why a key waits that an operator gave back. */
export const redrivenCause: ParkedCause = {
  code: 'REDRIVEN',
  message: 'An operator gave the dead letters of this key back.',
  failureClass: 'transient',
};

/** A key to park and the message at its head. */
export interface ParkRequest {
  /** Consumer group. */
  readonly consumer: string;
  readonly key: string;
  readonly message: ReceivedMessage;
  readonly state: ParkedState;
  /** Attempts the head has had so far. */
  readonly attempts: number;
  readonly nextAtMs: number;
  readonly cause: ParkedCause;
}

/** A parked key that this process may replay until the lease ends. */
export interface ParkClaim {
  readonly consumer: string;
  readonly key: string;
  readonly attempts: number;
  /** Since when the head fails; absent when it has not been replayed since it became the head. */
  readonly failingSinceMs?: number;
  /** Fences a process whose lease was taken over. */
  readonly epoch: bigint;
}

/** How a claim ends when the head was not handled. */
export interface Postponement {
  /** Unchanged when absent. */
  readonly state?: ParkedState;
  readonly attempts: number;
  readonly nextAtMs: number;
  /** Unchanged when absent. */
  readonly cause?: ParkedCause;
  /** Since when the head fails; unchanged when absent. */
  readonly failingSinceMs?: number;
}

/** A message waiting behind a parked key; `seq` grows in the order of arrival. */
export interface ParkedMessage {
  readonly seq: bigint;
  readonly message: ReceivedMessage;
}

/** What one look at the store tells the metrics. */
export interface ParkingFigures {
  readonly keys: number;
  readonly quarantinedKeys: number;
  readonly events: number;
  /** Events of the key that has most of them; each key has room for a number of its own. */
  readonly eventsOfFullestKey: number;
  readonly oldestParkedAtMs: number | null;
}

/**
 * Keeps the keys that wait, and everything that arrives behind them, in order.
 *
 * Every method that touches a key holds the lock of the key's row, so that nothing overtakes: an event is either
 * appended behind a key that is still parked, or its key has been released and the event goes on at once.
 * A message is known by (consumer, topic, partition, offset); parking or appending it again changes nothing.
 * Throws `TransientFailure` `PARKING_FULL` at its caps; the consumer then waits.
 */
export abstract class ParkingStore {
  /** Parks a key with its first message, or appends the message behind when it is parked already. */
  abstract park(request: ParkRequest): Promise<void>;
  /** Appends behind a parked key; false when the key is not parked (any more). */
  abstract appendBehind(consumer: string, key: string, message: ReceivedMessage): Promise<boolean>;
  /** All keys of a consumer that wait, in either state. */
  abstract parkedKeys(consumer: string): Promise<readonly string[]>;
  /** Leases up to `limit` retrying keys that are due and not leased; a claim raises the epoch. */
  abstract claimDue(request: {
    readonly consumer: string;
    readonly nowMs: number;
    readonly leaseMs: number;
    readonly limit: number;
  }): Promise<readonly ParkClaim[]>;
  /** The head of a claimed key; undefined when the claim was lost. Renews the lease. */
  abstract head(claim: ParkClaim): Promise<ParkedMessage | undefined>;
  /**
   * Removes the head that was handled and sets attempts and failing time back. `next`: more wait; `released`: it was the last one, and the key row is
   * gone in the same transaction; `lost`: another process owns the key now.
   */
  abstract completeHead(claim: ParkClaim, seq: bigint): Promise<'next' | 'released' | 'lost'>;
  /** Ends the claim: the key is retried at `nextAtMs`, or quarantined. Nothing when the claim was lost. */
  abstract postpone(claim: ParkClaim, outcome: Postponement): Promise<void>;
  abstract figures(consumer: string): Promise<ParkingFigures>;

  /** Keys that wait, oldest first, of one consumer or of all. */
  abstract list(limit: number, consumer?: string): Promise<readonly ParkedKeyView[]>;
  /** Events of a key in their order, the head first; none when the key is not parked. */
  abstract waiting(name: ParkedKeyName, limit: number): Promise<readonly ParkedMessage[]>;
  /**
   * Carries out what an operator decided and records it, both or neither. `bury` is called under the key's lock,
   * before the events are taken away: a crash in between repeats a dead letter, which its original place tells.
   * Whoever replays the key is fenced.
   * @throws Failure PARKED_KEY_MISSING, PARKED_KEY_BUSY while the key is being replayed, PARKED_HEAD_CHANGED.
   */
  abstract act(act: ParkedAct, bury: Bury): Promise<ParkedActOutcome>;
  /**
   * Parks the originals of dead letters for their consumer, each letter once for ever, those of a key in the order
   * of their offsets: before what waits when they come from before it in its partition, behind it otherwise.
   */
  abstract redrive(request: RedriveRequest): Promise<RedriveOutcome>;
  /** What operators did, newest first. */
  abstract acts(limit: number): Promise<readonly RecordedAct[]>;
}

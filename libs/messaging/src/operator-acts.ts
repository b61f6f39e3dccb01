import type { PartitionOffset } from './broker.ts';
import { refuseCardNumbers } from './card-number-gate.ts';
import type { ReceivedMessage } from './event-record.ts';
import { parkingErrors } from './parking-errors.ts';
import type { ParkedCause, ParkedState } from './parking-store.ts';

/** Who acts and why; kept with every act. */
export interface OperatorNote {
  /** The person, as the company knows them. 1 to 200 characters. */
  readonly maker: string;
  /** Why, with the ticket or the evidence. 1 to 2,000 characters, no card numbers. */
  readonly reason: string;
}

/** One parked key of one consumer. */
export interface ParkedKeyName {
  /** Consumer group. */
  readonly consumer: string;
  readonly key: string;
}

/**
 * What an operator does to a parked key.
 *
 * `retry`: the head is tried once more now; a quarantined key whose head fails again is quarantined again at once.
 * `release`: the key is tried again now with fresh attempts and a fresh time bound.
 * `edit`: the head's value is replaced; the original is kept in the record of the act.
 * `skip`: the head goes to the dead letter topic, and the rest goes on now.
 * `drop`: every waiting event goes to the dead letter topic in order, and the key is free.
 */
export type ParkedAct = ParkedKeyName &
  OperatorNote &
  (
    | { readonly kind: 'retry' | 'release' | 'drop' }
    | { readonly kind: 'skip'; readonly seq: bigint }
    | { readonly kind: 'edit'; readonly seq: bigint; readonly value: Buffer }
  );

/** Where the key stands after an act. */
export interface ParkedActOutcome {
  /** Events that still wait; the key is free at 0. */
  readonly waiting: number;
  readonly deadLetters: number;
}

/** Writes dead letters of one key in their order; resolves when they are acknowledged. */
export type Bury = (
  messages: readonly ReceivedMessage[],
  reason: { readonly attempts: number; readonly cause: ParkedCause },
) => Promise<void>;

/** One key that waits, as operators see it. */
export interface ParkedKeyView extends ParkedKeyName {
  readonly state: ParkedState;
  readonly attempts: number;
  readonly nextAt: Date;
  readonly causeCode: string;
  readonly causeMessage: string;
  readonly parkedAt: Date;
  readonly events: number;
}

/** A message that was given up, and where its dead letters stand. */
export interface RedriveLetter {
  /** The message as its consumer received it: original place, original headers. */
  readonly original: ReceivedMessage;
  /** Key by which the consumer orders it. */
  readonly key: string;
  /** One, or more when the message was given up more than once. */
  readonly letters: readonly PartitionOffset[];
}

/** Dead letters to give back to the consumer that wrote them. */
export interface RedriveRequest extends OperatorNote {
  readonly consumer: string;
  readonly letters: readonly RedriveLetter[];
  /** When the keys become due; later than every replica looks which keys wait. */
  readonly dueAtMs: number;
}

/** What became of the messages. */
export interface RedriveOutcome {
  /** Parked for the consumer now. */
  readonly redriven: number;
  /** Were given back before. */
  readonly known: number;
  /** Wait behind their key anyway. */
  readonly waiting: number;
  /** Their key is being replayed right now; redrive again later. */
  readonly busy: number;
}

/** An act as it was recorded. */
export interface RecordedAct extends OperatorNote {
  readonly id: string;
  readonly at: Date;
  /** `parked-key.skip`, `dead-letters.redrive`, `held-key.release`, `outbox.replay` … */
  readonly act: string;
  readonly subject: Readonly<Record<string, unknown>>;
}

const makerCharsMax = 200;
const reasonCharsMax = 2_000;

/** @throws PermanentFailure OPERATOR_NOTE_MISSING or CARD_NUMBER_REFUSED. */
export function assertNote({ maker, reason }: OperatorNote): void {
  const isComplete = isBetween(maker, makerCharsMax) && isBetween(reason, reasonCharsMax);
  if (!isComplete) throw parkingErrors.failure('OPERATOR_NOTE_MISSING');
  refuseCardNumbers({ maker, reason });
}

function isBetween(text: string, charsMax: number): boolean {
  return text.trim() !== '' && text.length <= charsMax && !text.includes('\0');
}

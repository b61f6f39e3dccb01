import type { Clock } from '@sluice/clock';
import type { EventCodec } from '@sluice/contracts';
import { classify, PoisonMessage } from '@sluice/failure';
import type { Broker } from './broker.ts';
import { joinOrigins, originOf } from './dead-letter-origin.ts';
import { type DeadLetterQuery, readDeadLetters } from './dead-letter-reader.ts';
import { deadLetterTopic, toDeadLetter } from './dead-letter.ts';
import { refuseCardNumbers } from './card-number-gate.ts';
import { claimedType, fromWire } from './envelope.ts';
import type { ReceivedMessage } from './event-record.ts';
import { deadLetterHeaders } from './headers.ts';
import {
  type Bury,
  type OperatorNote,
  type ParkedAct,
  type ParkedActOutcome,
  type RedriveOutcome,
  assertNote,
} from './operator-acts.ts';
import { parkingErrors } from './parking-errors.ts';
import type { ParkingStore } from './parking-store.ts';
import type { Publisher } from './publisher.ts';

/** Longer than every replica waits before it looks again which keys are parked. */
const redriveDelayMs = 15_000;
const buriedName = 'OperatorAct';

/** What the desk works with. */
export interface ParkingDeskOptions {
  readonly parking: ParkingStore;
  /** Writes dead letters; closed by whoever made it. */
  readonly publisher: Publisher;
  /** Where dead letters are read from. */
  readonly broker: Broker;
  /** Reads edited values. */
  readonly codec: EventCodec;
  readonly clock: Clock;
}

/** Which dead letters go back to their consumer. */
export interface RedriveOrder extends OperatorNote {
  /** Consumer group that wrote them. */
  readonly consumer: string;
  /** Topic from which their messages came. */
  readonly topic: string;
  /** Only letters of this key. */
  readonly key?: string;
  /** Only letters of this failure. */
  readonly failureCode?: string;
  /** Only the letter at this place of the dead letter topic. */
  readonly place?: { readonly partition: number; readonly offset: bigint };
  readonly bounds?: Pick<DeadLetterQuery, 'lettersMax' | 'bytesMax' | 'timeoutMs' | 'quietMs'>;
}

/** What became of the dead letters that were found; the other counts are of messages. */
export interface RedriveReport extends RedriveOutcome {
  readonly found: number;
  /** Do not say where they came from, or their value was left out. */
  readonly unreadable: number;
  /** True when a bound was reached before the end of the topic; redrive again for the rest. */
  readonly isCut: boolean;
}

/** What operators do to parked keys and dead letters, each act with who and why. */
export class ParkingDesk {
  readonly #options: ParkingDeskOptions;

  constructor(options: ParkingDeskOptions) {
    this.#options = options;
  }

  /**
   * Carries out one act on a parked key and records it.
   *
   * @throws Failure OPERATOR_NOTE_MISSING, PARKED_KEY_MISSING, PARKED_KEY_BUSY, PARKED_HEAD_CHANGED,
   * PARKED_EDIT_INVALID when the new value is not of the event's type, CARD_NUMBER_REFUSED.
   */
  async act(act: ParkedAct): Promise<ParkedActOutcome> {
    assertNote(act);
    if (act.kind === 'edit') await this.#assertReadable(act, act.value);
    return await this.#options.parking.act(act, this.#buryFor(act.consumer, act.kind));
  }

  /**
   * The value for an `edit` from the event's data as JSON, integers of 64 bits as text: what the head's type makes of it.
   * @throws Failure PARKED_KEY_MISSING, PARKED_EDIT_INVALID with the field that does not fit.
   */
  async valueOf(
    place: { readonly consumer: string; readonly key: string },
    json: unknown,
  ): Promise<Buffer> {
    const [head] = await this.#options.parking.waiting(place, 1);
    if (head === undefined) throw parkingErrors.failure('PARKED_KEY_MISSING');
    try {
      return this.#options.codec.encodeJson(claimedType(head.message) ?? '', json).payload;
    } catch (error) {
      if (!(error instanceof PoisonMessage)) throw error;
      throw parkingErrors.failure('PARKED_EDIT_INVALID', { detail: error.message, cause: error });
    }
  }

  /**
   * Gives dead letters back to the consumer that wrote them: each letter once for ever, those of a key in order,
   * with their original headers. They wait as parked keys that become due after some seconds, so that later
   * events of their keys stay behind them.
   * @throws Failure OPERATOR_NOTE_MISSING, DEAD_LETTERS_UNREADABLE.
   */
  async redrive(order: RedriveOrder): Promise<RedriveReport> {
    assertNote(order);
    const { parking, broker, clock } = this.#options;
    const { consumer, maker, reason } = order;
    const page = await readDeadLetters(broker, {
      ...order.bounds,
      topic: deadLetterTopic(order.topic, consumer),
      matches: (letter) => isWanted(letter, order),
    });
    const origins = page.letters.flatMap((letter) => originOf(letter, consumer) ?? []);
    const letters = joinOrigins(origins);
    const found = page.letters.length;
    const facts = { found, unreadable: found - origins.length, isCut: page.isCut };
    if (letters.length === 0) return { ...facts, redriven: 0, known: 0, waiting: 0, busy: 0 };
    const dueAtMs = clock.now().getTime() + redriveDelayMs;
    return { ...facts, ...(await parking.redrive({ consumer, letters, maker, reason, dueAtMs })) };
  }

  #buryFor(consumer: string, kind: ParkedAct['kind']): Bury {
    return async (messages, { attempts, cause }) => {
      const reason = { group: consumer, cause, attempts, errorName: `${buriedName}:${kind}` };
      await this.#options.publisher.publish(messages.map((each) => toDeadLetter(each, reason)));
    };
  }

  async #assertReadable(
    { consumer, key, seq }: ParkedAct & { kind: 'edit' },
    value: Buffer,
  ): Promise<void> {
    const [head] = await this.#options.parking.waiting({ consumer, key }, 1);
    if (head === undefined) throw parkingErrors.failure('PARKED_KEY_MISSING');
    if (head.seq !== seq) throw parkingErrors.failure('PARKED_HEAD_CHANGED');
    const edited: ReceivedMessage = { ...head.message, value };
    try {
      if (claimedType(edited) === undefined) throw parkingErrors.failure('PARKED_EDIT_INVALID');
      const event = await fromWire(edited, this.#options.codec);
      refuseCardNumbers(event.data);
    } catch (error) {
      if (classify(error) !== 'poison') throw error;
      throw parkingErrors.failure('PARKED_EDIT_INVALID', { cause: error });
    }
  }
}

function isWanted(letter: ReceivedMessage, { key, failureCode, place }: RedriveOrder): boolean {
  const isKey = key === undefined || letter.key === key;
  const isCode =
    failureCode === undefined || letter.headers[deadLetterHeaders.failureCode] === failureCode;
  const isPlace =
    place === undefined || (letter.partition === place.partition && letter.offset === place.offset);
  return isKey && isCode && isPlace;
}

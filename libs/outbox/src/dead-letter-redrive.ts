import {
  type RedriveLetter,
  type RedriveOutcome,
  type RedriveRequest,
  placeName,
  redrivenCause,
  splitAtHead,
} from '@sluice/messaging';
import type { EntityManager } from 'typeorm';
import { errors } from './errors.ts';
import { recordAct } from './operator-log.ts';
import { type EventRow, messageOf, storedValues } from './parked-rows.ts';
import * as sql from './parking-statements.ts';

/** What a redrive needs beside its request. */
export interface RedriveContext {
  readonly now: Date;
  readonly keysMax: number;
}

type Fate = keyof RedriveOutcome;

/** Parks the messages of dead letters for their consumer, in one transaction with the record of the act. */
export async function redriveLetters(
  tx: EntityManager,
  request: RedriveRequest,
  context: RedriveContext,
): Promise<RedriveOutcome> {
  const { consumer, letters, maker, reason } = request;
  const outcome: Record<Fate, number> = { redriven: 0, known: 0, waiting: 0, busy: 0 };
  const fresh: RedriveLetter[] = [];
  const byKey = [...Map.groupBy(letters, ({ key }) => key)];
  // Always in the same order, so that two redrives at once cannot lock one another out.
  for (const [key, ofKey] of byKey.toSorted(([one], [other]) => (one < other ? -1 : 1))) {
    for (const { letter, fate } of await fatesOf(tx, { consumer, key, ofKey, now: context.now })) {
      outcome[fate] += 1;
      if (fate === 'redriven') fresh.push(letter);
    }
    const ofThisKey = fresh.filter((letter) => letter.key === key);
    if (ofThisKey.length > 0) await parkLetters(tx, { request, key, letters: ofThisKey, context });
  }
  const subject = { consumer, ...outcome, places: fresh.slice(0, 100).map(letterPlaces) };
  const act = await recordAct(tx, { act: 'dead-letters.redrive', maker, reason, subject });
  await tx.query(sql.markLetters, [...columnsOf(fresh), act]);
  return outcome;
}

async function fatesOf(
  tx: EntityManager,
  wanted: {
    readonly consumer: string;
    readonly key: string;
    readonly ofKey: readonly RedriveLetter[];
    readonly now: Date;
  },
): Promise<readonly { readonly letter: RedriveLetter; readonly fate: Fate }[]> {
  const { consumer, key, ofKey, now } = wanted;
  const locked: { is_busy: boolean }[] = await tx.query(sql.lockForAct, [consumer, key, now]);
  if (locked[0]?.is_busy === true) return ofKey.map((letter) => ({ letter, fate: 'busy' }));
  const rows: { topic: string; partition: number; offset: string }[] = await tx.query(
    sql.knownLetters,
    columnsOf(ofKey),
  );
  const known = new Set(rows.map((row) => placeName({ ...row, offset: BigInt(row.offset) })));
  const fates: { letter: RedriveLetter; fate: Fate }[] = [];
  for (const letter of ofKey) {
    const { topic, partition, offset } = letter.original;
    const place = [consumer, key, topic, partition, offset.toString()];
    const [waiting]: { is_known: boolean }[] = await tx.query(sql.placeOf, place);
    const isKnown = letter.letters.every((each) => known.has(placeName(each)));
    const fate = isKnown ? 'known' : waiting?.is_known === true ? 'waiting' : 'redriven';
    fates.push({ letter, fate });
  }
  return fates;
}

async function parkLetters(
  tx: EntityManager,
  parked: {
    readonly request: RedriveRequest;
    readonly key: string;
    readonly letters: readonly RedriveLetter[];
    readonly context: RedriveContext;
  },
): Promise<void> {
  const { request, key, letters } = parked;
  const { now, keysMax } = parked.context;
  const { consumer, dueAtMs } = request;
  const { code, message, failureClass } = redrivenCause;
  const values = ['retrying', 0, new Date(dueAtMs), code, message, failureClass, now, keysMax];
  await tx.query(sql.createKey, [consumer, key, ...values]);
  const locked: unknown[] = await tx.query(sql.lockForAct, [consumer, key, now]);
  if (locked.length === 0) {
    throw errors.failure('PARKING_FULL', {
      detail: `Consumer ${consumer} has too many parked keys`,
    });
  }
  await tx.query(sql.free.unchanged, [consumer, key]);
  const rows: EventRow[] = await tx.query(sql.waiting, [consumer, key, 1]);
  const head = rows[0] === undefined ? undefined : messageOf(key, rows[0]);
  const { before, behind } = splitAtHead(letters, head);
  for (const { original } of before.toReversed()) {
    await tx.query(sql.prependEvent, [consumer, key, ...storedValues(original, now)]);
  }
  for (const { original } of behind) {
    await tx.query(sql.appendEvent, [consumer, key, ...storedValues(original, now)]);
  }
}

function letterPlaces({ letters }: RedriveLetter): readonly string[] {
  return letters.map(placeName);
}

function columnsOf(letters: readonly RedriveLetter[]): unknown[] {
  const places = letters.flatMap((letter) => letter.letters);
  return [
    places.map(({ topic }) => topic),
    places.map(({ partition }) => partition),
    places.map(({ offset }) => offset.toString()),
  ];
}

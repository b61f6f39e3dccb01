import {
  canonicalEvents,
  doubledRecords,
  nothingFromNothing,
  refundLimits,
  secondSends,
  unmappedEvents,
  unpublishedRows,
} from '@sluice/end-to-end';
import { excusedOrders } from './excused.ts';
import type { StormEvidence } from './evidence.ts';
import { acknowledgedWithoutRow } from './judge-acknowledged.ts';
import { appliedOutOfOrder, consumedAndForgotten } from './judge-events.ts';
import { steppedBack } from './judge-states.ts';
import { unbalanced } from './judge-money.ts';
import { beyondVendorRate } from './judge-rate.ts';

/** What must hold whatever happens, by its number in the list of invariants. */
export interface Invariant {
  readonly number: number;
  readonly sentence: string;
  /** How many things were looked at; an invariant that has looked at nothing has proven nothing. */
  readonly countOf: (evidence: StormEvidence) => number;
  /** One sentence per violation. */
  readonly violations: (evidence: StormEvidence) => readonly string[];
}

/** What is known about an invariant after a storm. */
export interface Verdict {
  readonly number: number;
  readonly sentence: string;
  readonly checked: number;
  readonly violations: readonly string[];
}

/** Judges a storm from outside. Shares no code with the product. */
export function judge(evidence: StormEvidence): readonly Verdict[] {
  return invariants.map(({ number, sentence, countOf, violations }) => ({
    number,
    sentence,
    checked: countOf(evidence),
    violations: [...new Set(violations(evidence))],
  }));
}

export const invariants: readonly Invariant[] = [
  {
    number: 1,
    sentence:
      'Every acknowledged order, webhook and payment has one canonical event and its effects, or waits for people.',
    countOf: ({ asked, cybersource }) =>
      asked.filter(({ acknowledged }) => acknowledged !== undefined).length +
      cybersource('payments').length,
    violations: (evidence) => [
      ...canonicalEvents(evidence),
      ...unmappedEvents(evidence),
      ...unexcusedDeviations(evidence),
    ],
  },
  {
    number: 2,
    sentence: 'Per derived key a third party holds at most one live record.',
    countOf: ({ zoho, cybersource }) =>
      zoho('invoices').length + zoho('customerpayments').length + cybersource('payments').length,
    violations: doubledRecords,
  },
  {
    number: 3,
    sentence: 'Refunds never exceed the capture, and are exactly those that were approved.',
    countOf: ({ cybersource }) => cybersource('refunds').length,
    violations: refundLimits,
  },
  {
    number: 4,
    sentence:
      'Per currency, what the cards gave minus what went back stands in Books, to the minor unit.',
    countOf: ({ zoho }) => zoho('customerpayments').length,
    violations: (evidence) => unbalanced(evidence, waitingPayments(evidence)),
  },
  {
    number: 5,
    sentence:
      'Everything that was acknowledged to a sender stands in a table with the same content.',
    countOf: ({ asked, notifications }) => asked.length + notifications.length,
    violations: acknowledgedWithoutRow,
  },
  {
    number: 6,
    sentence:
      'Nothing comes from nothing: every record at a third party goes back to an order or a payment.',
    countOf: ({ zoho }) => zoho('invoices').length + zoho('customerpayments').length,
    violations: nothingFromNothing,
  },
  {
    number: 7,
    sentence: 'Nothing is sent again after an unknown outcome without a look-up or the same key.',
    countOf: ({ attempts }) => attempts.length,
    violations: secondSends,
  },
  {
    number: 8,
    sentence: 'No terminal state is left, no payment goes back, epochs only grow.',
    countOf: ({ sightings, effectEnds }) => sightings.ends.size + effectEnds.length,
    violations: steppedBack,
  },
  {
    number: 9,
    sentence:
      'Events of one key stand on their topic in the order of their versions, and none is skipped.',
    countOf: ({ records }) => records.filter(({ headers }) => headers['ce_version']).length,
    violations: appliedOutOfOrder,
  },
  {
    number: 10,
    sentence:
      'In bounded time after the last fault everything has ended, or waits for people and is shown to them.',
    countOf: ({ effects, runs }) => effects.length + runs.length,
    violations: (evidence) => [...evidence.leftOpen, ...hiddenFromPeople(evidence)],
  },
  {
    number: 11,
    sentence: 'What a consumer takes is applied, known, parked or a dead letter, and nothing else.',
    countOf: ({ inbox, timeline }) => inbox.length + timeline.length,
    violations: consumedAndForgotten,
  },
  {
    number: 12,
    sentence: 'Every committed outbox row is on its topic, and no event is without a row.',
    countOf: ({ outbox }) => outbox.length,
    violations: unpublishedRows,
  },
  {
    number: 14,
    sentence: 'No table, topic or log holds a card number or a secret.',
    countOf: ({ records, logs }) => records.length + logs.length,
    violations: ({ leaks }) => leaks,
  },
  {
    number: 15,
    sentence: 'Zoho never saw more calls in a minute, or at one time, than it allows.',
    countOf: ({ zohoRequests }) => zohoRequests.length,
    violations: beyondVendorRate,
  },
];

const peopleStates = new Set<unknown>(['MANUAL', 'DUPLICATE']);

function excusedNumbers({ effects, asked }: StormEvidence): ReadonlySet<string> {
  const forPeople = effects.filter(({ state }) => peopleStates.has(state));
  return excusedOrders(
    forPeople,
    asked.flatMap(({ acknowledged }) => acknowledged ?? []),
  );
}

/** What is not as it must be, unless it is only missing and waits for people. */
function unexcusedDeviations(evidence: StormEvidence): string[] {
  const excused = excusedNumbers(evidence);
  return evidence.deviations.flatMap((text) => {
    const word = wordOf(text);
    const isExcused = word !== 'doubled' && word !== 'wrong' && excused.has(numberIn(text));
    return isExcused ? [] : [`${word}: ${text}`];
  });
}

/** Every deviation begins with the number of its order. */
function numberIn(deviation: string): string {
  return deviation.split(' ')[0] ?? '';
}

/** Reads "has 2 of invoice instead of 1" and "has invoice over 999"; everything else has not come yet. */
function wordOf(deviation: string): 'doubled' | 'lost' | 'wrong' {
  if (/ has [a-z A-Z]+ over /.test(deviation)) return 'wrong';
  const [, found, wanted] = / has (\d+) of .* instead of (\d+)$/.exec(deviation) ?? [];
  return Number(found) > Number(wanted) ? 'doubled' : 'lost';
}

function waitingPayments(evidence: StormEvidence): ReadonlySet<string> {
  const excused = excusedNumbers(evidence);
  const payments = evidence.asked.flatMap(({ acknowledged }) => acknowledged ?? []);
  return new Set(
    payments
      .filter(({ orderNumber }) => excused.has(orderNumber))
      .map(({ paymentId }) => paymentId),
  );
}

/** What waits for people must stand in the list that they look at. */
function hiddenFromPeople({ effects, shownToPeople }: StormEvidence): string[] {
  return effects
    .filter(({ state, key }) => peopleStates.has(state) && !shownToPeople.has(String(key)))
    .map(({ key, service }) => `open: effect ${String(key)} of ${service} waits for people unseen`);
}

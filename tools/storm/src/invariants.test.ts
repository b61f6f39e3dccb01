import { describe, expect, it } from 'vitest';
import type { StormEvidence } from './evidence.ts';
import { invariants, judge } from './invariants.ts';
import { zohoRatePerMinute } from './proxies.ts';
import {
  order,
  orderId,
  record,
  row,
  soundEvidence,
  soundKinds,
  type Kinds,
} from './testing/sound-evidence.ts';

type Damage = (kinds: Kinds, evidence: StormEvidence) => Partial<StormEvidence>;

const again =
  (party: keyof Kinds, kind: string): Damage =>
  (kinds) => {
    kinds[party][kind]?.push({ ...kinds[party][kind][0] });
    return {};
  };

const changed =
  (party: keyof Kinds, kind: string, change: Readonly<Record<string, unknown>>): Damage =>
  (kinds) => {
    kinds[party][kind] = [{ ...kinds[party][kind]?.[0], ...change }];
    return {};
  };

/** Number of the invariant that must find it, the damage, and what is said of it. */
const damages: readonly (readonly [number, string, Damage, string])[] = [
  [1, 'a lost row of a payment', () => ({ payments: [] }), 'lost: no row for payment'],
  [
    1,
    'a vendor event that nobody mapped',
    (_kinds, { records }) => ({ records: records.slice(0, 3) }),
    'lost: event n2 was not mapped',
  ],
  [
    1,
    'an effect that is not there',
    () => ({ deviations: [`${order.orderNumber} has 0 of invoice instead of 1`] }),
    'lost: ',
  ],
  [
    1,
    'a mail that went out twice',
    () => ({ deviations: [`${order.orderNumber} has 2 of mail instead of 1`] }),
    'doubled: ',
  ],
  [
    1,
    'a record over a wrong amount',
    () => ({ deviations: [`${order.orderNumber} has sales order over 1`] }),
    'wrong: ',
  ],
  [2, 'a second invoice', again('zoho', 'invoices'), 'doubled: 2 of invoice'],
  [2, 'a second charge', again('cybersource', 'payments'), 'doubled: 2 of card payment'],
  [2, 'a second refund in Books', again('zoho', 'creditnote_refunds'), 'doubled: 2 of credit note'],
  [3, 'a refund nobody approved', () => ({ refunds: [] }), 'and 0 were approved'],
  [
    3,
    'a refund beyond the capture',
    changed('cybersource', 'refunds', { amountMinor: '999999' }),
    'refunded beyond its capture',
  ],
  [
    4,
    'an amount that is a cent off',
    changed('zoho', 'customerpayments', { totalMinor: '8234' }),
    'conservation: 1 EUR are missing',
  ],
  [5, 'an acknowledged order without a row', () => ({ orderContents: [] }), 'and has no row'],
  [
    5,
    'an order that was stored with another price',
    (_kinds, { orderContents }) => ({
      orderContents: orderContents.map((one) => ({
        ...one,
        content: { ...(one['content'] as object), total: '82.34' },
      })),
    }),
    'stored with another total',
  ],
  [5, 'an acknowledged payment without a row', () => ({ paymentRows: [] }), 'lost: the payment of'],
  [
    5,
    'a payment that was stored with another amount',
    (_kinds, { paymentRows }) => ({
      paymentRows: paymentRows.map((one) => ({ ...one, amount_minor: '1' })),
    }),
    'stored with other content',
  ],
  [5, 'an acknowledged refund without a row', () => ({ refunds: [] }), 'lost: the refund of'],
  [5, 'an acknowledged webhook without a row', () => ({ notifications: [] }), 'lost: webhook w'],
  [
    5,
    'a webhook that was stored with another body',
    (_kinds, { notifications }) => ({
      notifications: notifications.map((one) => ({ ...one, payload: '{"data":{}}' })),
    }),
    'lost: webhook w',
  ],
  [
    5,
    'a webhook that was stored for another transaction',
    (_kinds, { notifications }) => ({
      notifications: notifications.map((one) => ({ ...one, transaction_id: '1' })),
    }),
    'lost: webhook w',
  ],
  [6, 'an invoice of no order', () => ({ orders: [] }), 'from nothing: invoice INV-1'],
  [
    7,
    'a second sending without a look-up',
    (_kinds, { attempts }) => ({ attempts: attempts.filter(({ step }) => step !== 2) }),
    'blind: e of zoho-gateway',
  ],
  [
    8,
    'an end that was left',
    (_kinds, { effectEnds }) => ({
      effectEnds: effectEnds.map((one) => ({ ...one, state: 'REJECTED' })),
    }),
    'back: effect e of zoho-gateway was SUCCEEDED, is REJECTED',
  ],
  [8, 'an ended effect that is gone', () => ({ effectEnds: [] }), 'had ended and is gone'],
  [
    8,
    'an end without its time',
    (_kinds, { effectEnds }) => ({
      effectEnds: effectEnds.map((one) => ({ ...one, finished_at: null })),
    }),
    'its end is not marked so',
  ],
  [
    8,
    'an epoch that shrank',
    (_kinds, { attempts }) => ({
      attempts: attempts.map((one) => (one['step'] === 3 ? { ...one, epoch: '3' } : one)),
    }),
    'went from 4 to 3',
  ],
  [
    8,
    'a step back that was seen',
    (_kinds, { sightings }) => ({ sightings: { ...sightings, stepsBack: ['back: payment p'] } }),
    'back: payment p',
  ],
  [
    9,
    'two events in the wrong order',
    (_kinds, { records }) => ({
      records: [records[1], records[0], ...records.slice(2)].flatMap((one) => one ?? []),
    }),
    'order: version 1',
  ],
  [
    9,
    'an event that was skipped',
    (_kinds, { records }) => ({
      records: records.map((one) =>
        one.headers['ce_id'] === 'n2'
          ? { ...one, headers: { ...one.headers, ce_version: '3' } }
          : one,
      ),
    }),
    'order: version 3',
  ],
  [10, 'something that is still open', () => ({ leftOpen: ['open: effect e'] }), 'open: effect e'],
  [
    10,
    'an effect that waits for people unseen',
    (_kinds, { effects }) => ({ effects: effects.map((one) => ({ ...one, state: 'MANUAL' })) }),
    'waits for people unseen',
  ],
  [
    11,
    'an event that a consumer has not taken',
    (_kinds, { records, timeline }) => ({
      records: [
        ...records,
        record('payments.v1', {
          ce_id: 'c3',
          ce_type: 'sluice.payments.v1.PaymentRefunded',
          ce_causationid: 'n2',
          ce_source: 'canonical-mapper',
        }),
      ],
      timeline: [...timeline, row('console', { event_id: 'c3' })],
    }),
    'has not taken payments.v1 c3',
  ],
  [
    11,
    'an event that the console does not show',
    (_kinds, { timeline }) => ({ timeline: timeline.slice(1) }),
    'the console does not show cybersource.notifications.v1 n1',
  ],
  [
    12,
    'an outbox row that was never published',
    (_kinds, { outbox }) => ({ outbox: [...outbox, row('zoho-gateway', { id: 'z', topic: 't' })] }),
    'lost: event t z',
  ],
  [12, 'an event without a row', () => ({ outbox: [] }), 'from nothing: event cybersource'],
  [14, 'a leak', () => ({ leaks: ['leak: card number in a log'] }), 'leak: card number'],
  [
    15,
    'more calls in a minute than Zoho allows',
    (_kinds, { zohoRequests }) => ({
      zohoRequests: Array.from({ length: zohoRatePerMinute + 1 }, () => zohoRequests[0]!),
    }),
    `rate: Zoho saw ${zohoRatePerMinute + 1} calls`,
  ],
  [
    15,
    'a call that Zoho refused as one too many',
    (_kinds, { zohoRequests }) => ({
      zohoRequests: [...zohoRequests, { path: '/books/v3/items', status: 429, atMs: 40_000 }],
    }),
    'rate: Zoho refused 1 calls',
  ],
];

function violationsOf(evidence: StormEvidence): string[] {
  return judge(evidence).flatMap(({ number, violations }) =>
    violations.map((text) => `${number}. ${text}`),
  );
}

describe('judge', () => {
  it('finds nothing where everything is as it should be, and has looked at something for each invariant', () => {
    const verdicts = judge(soundEvidence());

    expect(verdicts.flatMap(({ violations }) => violations)).toEqual([]);
    expect(verdicts.filter(({ checked }) => checked === 0)).toEqual([]);
  });

  it.each(damages)('finds by invariant %i: %s', (number, _name, damage, sentence) => {
    const kinds = soundKinds();
    const damaged = damage(kinds, soundEvidence(kinds));

    const found = violationsOf({ ...soundEvidence(kinds), ...damaged });

    const isNamed = (text: string): boolean =>
      text.startsWith(`${number}. `) && text.includes(sentence);
    expect(found.filter(isNamed)).not.toEqual([]);
  });

  it('has a damage for every invariant', () => {
    const planted = new Set(damages.map(([number]) => number));

    expect([...planted]).toEqual(invariants.map(({ number }) => number));
  });

  it('excuses what is missing of an order that waits for people, and never what is there twice or wrong', () => {
    const waiting = {
      ...soundEvidence(),
      effects: [row('zoho-gateway', { key: 'e', subject: orderId, state: 'MANUAL' })],
      shownToPeople: new Set(['e']),
    };
    const missing = `${order.orderNumber} has 0 of invoice instead of 1`;
    const twice = `${order.orderNumber} has 2 of invoice instead of 1`;
    const wrong = `${order.orderNumber} has invoice over 1`;

    expect(violationsOf({ ...waiting, deviations: [missing] })).toEqual([]);
    expect(violationsOf({ ...waiting, deviations: [twice] })).toEqual([`1. doubled: ${twice}`]);
    expect(violationsOf({ ...waiting, deviations: [wrong] })).toEqual([`1. wrong: ${wrong}`]);
  });

  it('takes an id that was blanked, because it could be a card number, for the same content', () => {
    const notifications = soundEvidence().notifications.map((one) => ({
      ...one,
      payload: '{"data":{"id":"76000[card number]","status":"AUTHORIZED"}}',
    }));

    expect(violationsOf({ ...soundEvidence(), notifications })).toEqual([]);
  });

  it('takes a repetition of an event for no change of order', () => {
    const { records } = soundEvidence();

    expect(violationsOf({ ...soundEvidence(), records: [...records, ...records] })).toEqual([]);
  });

  it('takes an event that is parked or a dead letter for consumed', () => {
    const { records, timeline } = soundEvidence();
    const forgotten = record('payments.v1', {
      ...records[2]!.headers,
      ce_id: 'c3',
      ce_correlationid: 'order-2',
    });
    const withOne = {
      ...soundEvidence(),
      records: [...records, { ...forgotten, key: 'payment-2' }],
      timeline: [...timeline, row('console', { event_id: 'c3' })],
    };
    const letter = record('payments.v1.reconciliation.match-settlement.dlt', { ce_id: 'c3' });
    const parkedKeys = [row('reconciliation', { consumer: 'c', key: 'payment-2' })];

    expect(violationsOf(withOne)).toEqual([expect.stringMatching(/^11\. lost: .* c3$/)]);
    expect(violationsOf({ ...withOne, records: [...withOne.records, letter] })).toEqual([]);
    expect(violationsOf({ ...withOne, parkedKeys })).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { check } from './checker.ts';
import type { Evidence, Row } from './evidence.ts';
import type { Json } from './json.ts';
import type { TopicRecord } from './topics.ts';

const orderId = 'order-1';
const paymentId = 'payment-1';
const transactionId = '7600000000000000000001';

function record(topic: string, headers: Record<string, string>): TopicRecord {
  return { topic, key: paymentId, value: Buffer.from('event'), headers };
}

function row(service: string, columns: Json): Row {
  return { ...columns, service };
}

interface Kinds {
  readonly cybersource: Record<string, Json[]>;
  readonly zoho: Record<string, Json[]>;
}

/** One order, paid and half refunded, as it is when everything went well. */
function soundKinds(): Kinds {
  const key = (value: string): Json => ({ cf_sluice_key: value });
  return {
    cybersource: {
      payments: [
        {
          id: transactionId,
          code: paymentId,
          isSale: true,
          currency: 'EUR',
          amountMinor: '1000',
          capturedMinor: '1000',
        },
      ],
      refunds: [
        { id: 'r', rootId: transactionId, code: 'refund-1', currency: 'EUR', amountMinor: '400' },
      ],
    },
    zoho: {
      contacts: [{ customFields: key('a@shop.test') }],
      invoices: [
        { number: 'INV-1', customFields: key(orderId), source: { reference_number: 'S-1' } },
      ],
      customerpayments: [
        {
          number: 'PAY-1',
          customFields: key(paymentId),
          source: { reference_number: transactionId },
          currencyCode: 'EUR',
          totalMinor: '1000',
        },
      ],
      creditnotes: [{ id: 'cn', currencyCode: 'EUR' }],
      creditnote_refunds: [
        { creditNoteId: 'cn', minor: '400', source: { reference_number: 'refund-1' } },
      ],
    },
  };
}

function soundEvidence(kinds = soundKinds()): Evidence {
  return {
    cybersource: (kind) => kinds.cybersource[kind] ?? [],
    zoho: (kind) => kinds.zoho[kind] ?? [],
    orders: [row('commerce-gateway', { order_id: orderId })],
    payments: [
      row('cybersource-gateway', { payment_id: paymentId, order_id: orderId, state: 'captured' }),
    ],
    refunds: [
      row('cybersource-gateway', {
        payment_id: paymentId,
        state: 'succeeded',
        amount_minor: '400',
      }),
    ],
    effects: [
      row('zoho-gateway', { key: 'e', subject: orderId, state: 'SUCCEEDED', effect_class: 'C' }),
    ],
    attempts: [
      row('zoho-gateway', { effect_key: 'e', step: 1, act: 'send', outcome: 'UNKNOWN' }),
      row('zoho-gateway', { effect_key: 'e', step: 2, act: 'look-up', outcome: 'PLANNED' }),
      row('zoho-gateway', { effect_key: 'e', step: 3, act: 'send', outcome: 'SUCCEEDED' }),
    ],
    runs: [row('workflow-engine', { flow: 'f', business_key: orderId, phase: 'completed' })],
    parkedKeys: [],
    heldKeys: [],
    outbox: [row('cybersource-gateway', { id: 'n', topic: 'cybersource.notifications.v1' })],
    records: [
      record('cybersource.notifications.v1', { ce_id: 'n', ce_source: 'cybersource-gateway' }),
      record('payments.v1', {
        ce_id: 'c',
        ce_source: 'canonical-mapper',
        ce_type: 'sluice.payments.v1.PaymentCaptured',
        ce_causationid: 'n',
        ce_correlationid: orderId,
      }),
    ],
    logs: ['nothing to see'],
  };
}

type Damage = (kinds: Kinds, evidence: Evidence) => Partial<Evidence>;

const again = (kind: keyof Kinds, name: string, change: Json = {}): Damage => {
  return (kinds) => {
    const list = kinds[kind][name] ?? [];
    list.push({ ...list[0], ...change });
    return {};
  };
};

const damages: readonly (readonly [string, Damage, string])[] = [
  ['a second invoice', again('zoho', 'invoices'), 'doubled: 2 of invoice'],
  [
    'a second invoice under another key',
    again('zoho', 'invoices', { customFields: { cf_sluice_key: 'other' } }),
    'doubled: 2 of invoice for S-1',
  ],
  [
    'a second payment in Books',
    again('zoho', 'customerpayments'),
    'doubled: 2 of customer payment',
  ],
  ['a second charge', again('cybersource', 'payments'), 'doubled: 2 of card payment'],
  ['a second refund', again('cybersource', 'refunds'), 'doubled: 2 of card refund'],
  [
    'an amount that is a cent off',
    ({ zoho }) => {
      zoho['customerpayments'] = [{ ...zoho['customerpayments']?.[0], totalMinor: '999' }];
      return {};
    },
    'conservation: 1 EUR',
  ],
  ['a refund nobody approved', () => ({ refunds: [] }), 'refunds of 400, and 0 were approved'],
  [
    'refunds beyond the capture',
    ({ cybersource }) => {
      const [refund] = cybersource['refunds'] ?? [];
      cybersource['refunds'] = [{ ...refund, amountMinor: '1001' }];
      return {};
    },
    'beyond its capture',
  ],
  ['a payment without a row', () => ({ payments: [] }), 'lost: no row for payment'],
  [
    'a captured payment without an event',
    (_kinds, { records }) => ({ records: records.slice(0, 1), outbox: [] }),
    'lost: no event sluice.payments.v1.PaymentCaptured',
  ],
  [
    'two events of one state',
    (_kinds, { records }) => ({
      records: [
        ...records,
        ...records.slice(1).map((one) => ({ ...one, headers: { ...one.headers, ce_id: 'c2' } })),
      ],
    }),
    'doubled: 2 events',
  ],
  ['an invoice of no order', () => ({ orders: [] }), 'from nothing: invoice INV-1'],
  [
    'an effect that has not ended',
    (_kinds, { effects }) => ({ effects: effects.map((one) => ({ ...one, state: 'UNKNOWN' })) }),
    'open: effect e of zoho-gateway is UNKNOWN',
  ],
  [
    'a second sending without a look-up',
    (_kinds, { attempts }) => ({ attempts: attempts.filter(({ step }) => step !== 2) }),
    'blind: e of zoho-gateway',
  ],
  [
    'a run that still waits though the payment is captured',
    (_kinds, { runs }) => ({ runs: runs.map((one) => ({ ...one, phase: 'waiting' })) }),
    'open: f of order-1 waits',
  ],
  [
    'a faulted run',
    (_kinds, { runs }) => ({ runs: runs.map((one) => ({ ...one, phase: 'faulted' })) }),
    'faulted: f',
  ],
  [
    'a parked key',
    () => ({ parkedKeys: [row('zoho-gateway', { consumer: 'c', key: orderId })] }),
    'open: order-1 is parked',
  ],
  [
    'an outbox row that was never published',
    () => ({ outbox: [row('zoho-gateway', { id: 'z', topic: 'zoho.outcomes.v1' })] }),
    'lost: event zoho.outcomes.v1 z',
  ],
  ['an event without a row', () => ({ outbox: [] }), 'from nothing: event cybersource'],
  [
    'a vendor event that nobody mapped',
    (_kinds, { records }) => ({ records: records.slice(0, 1) }),
    'lost: event n was not mapped',
  ],
  ['a card number in a log', () => ({ logs: ['card 4111111111111111'] }), 'card number: in a log'],
];

describe('check', () => {
  it('finds nothing where everything is as it should be', () => {
    expect(check(soundEvidence(), { brokenKeys: [] })).toEqual([]);
  });

  it.each(damages)('finds %s', (_name, damage, sentence) => {
    const kinds = soundKinds();
    const changed = damage(kinds, soundEvidence(kinds));

    const found = check({ ...soundEvidence(kinds), ...changed }, { brokenKeys: [] });

    expect(found).toContainEqual(expect.stringContaining(sentence));
  });

  it('lets stand open only what belongs to a key that was broken on purpose', () => {
    const parkedKeys = [row('zoho-gateway', { consumer: 'c', key: 'broken' })];

    expect(check({ ...soundEvidence(), parkedKeys }, { brokenKeys: ['broken'] })).toEqual([]);
    expect(check({ ...soundEvidence(), parkedKeys }, { brokenKeys: ['other'] })).toHaveLength(1);
  });
});

import type { Evidence, Row } from './evidence.ts';
import { at, minorOf, textOf, type Json } from './json.ts';

/** Keys of events that a test broke on purpose: what belongs to them may stand open, and nothing else. */
export interface KnownTrouble {
  readonly brokenKeys: readonly string[];
}

/**
 * Judges a run from outside: nothing lost, nothing doubled, nothing left open, every currency in balance.
 *
 * It reads the ledgers of the twins, the tables and the topics, and shares no code with the product. Returns one
 * sentence per violation.
 */
export function check(evidence: Evidence, trouble: KnownTrouble): readonly string[] {
  const isKnown = (key: unknown): boolean => trouble.brokenKeys.includes(String(key));
  return [
    ...doubledRecords(evidence),
    ...canonicalEvents(evidence),
    ...refundLimits(evidence),
    ...conservation(evidence, isKnown),
    ...nothingFromNothing(evidence),
    ...openEffects(evidence, isKnown),
    ...secondSends(evidence),
    ...openRuns(evidence, isKnown),
    ...waitingKeys(evidence, isKnown),
    ...unpublishedRows(evidence),
    ...unmappedEvents(evidence),
    ...cardNumbers(evidence),
  ];
}

/** Per derived key at most one live record at each provider. */
export function doubledRecords({ zoho, cybersource }: Evidence): string[] {
  const key = 'customFields.cf_sluice_key';
  const kinds: readonly (readonly [string, readonly Json[], string])[] = [
    ['contact', zoho('contacts'), key],
    ['sales order', zoho('salesorders'), key],
    ['invoice', zoho('invoices'), key],
    ['invoice', zoho('invoices'), 'source.reference_number'],
    ['customer payment', zoho('customerpayments'), key],
    ['customer payment', zoho('customerpayments'), 'source.reference_number'],
    ['credit note refund', zoho('creditnote_refunds'), 'source.reference_number'],
    ['ticket', zoho('desk-tickets'), 'cf.cf_sluice_key'],
    ['CRM contact', zoho('crm-contacts'), 'values.Email'],
    ['CRM note', zoho('crm-notes'), 'values.Note_Content'],
    ['card payment', cybersource('payments'), 'code'],
    ['card refund', cybersource('refunds'), 'code'],
  ];
  return kinds.flatMap(([word, records, path]) =>
    [...countBy(records, (record) => at(record, path))]
      .filter(([value, count]) => value !== '' && count > 1)
      .map(([value, count]) => `doubled: ${count} of ${word} for ${value}`),
  );
}

/** The event that tells of a payment's state. */
export const finalTypes: Readonly<Record<string, string>> = {
  captured: 'sluice.payments.v1.PaymentCaptured',
  declined: 'sluice.payments.v1.PaymentDeclined',
  in_review: 'sluice.payments.v1.PaymentReviewRequested',
  authorized: 'sluice.payments.v1.PaymentAuthorized',
  voided: 'sluice.payments.v1.PaymentVoided',
};

/** Every payment at the provider has a row, and its state one canonical event and no second one. */
export function canonicalEvents({ cybersource, payments, records }: Evidence): string[] {
  const rows = new Map(payments.map((row) => [row['payment_id'], row]));
  const lost = cybersource('payments')
    .filter(({ code }) => !rows.has(code))
    .map(({ code }) => `lost: no row for payment ${String(code)}`);
  const canonical = records.filter(({ topic }) => topic === 'payments.v1');
  const idsByKeyAndType = new Map<string, Set<string>>();
  for (const { key, headers } of canonical) {
    const about = `${headers['ce_type']} of ${key}`;
    if (headers['ce_type'] === 'sluice.payments.v1.PaymentRefunded') continue;
    if (headers['ce_type'] === 'sluice.payments.v1.RefundRequested') continue;
    const ids = idsByKeyAndType.get(about) ?? new Set();
    idsByKeyAndType.set(about, ids.add(headers['ce_id'] ?? ''));
  }
  const doubled = [...idsByKeyAndType]
    .filter(([, ids]) => ids.size > 1)
    .map(([about, ids]) => `doubled: ${ids.size} events ${about}`);
  const untold = payments.flatMap((row) => {
    const type = finalTypes[String(row['state'])];
    const about = `${type} of ${String(row['payment_id'])}`;
    return type === undefined || idsByKeyAndType.has(about) ? [] : [`lost: no event ${about}`];
  });
  return [...lost, ...doubled, ...untold];
}

/** Refunds never exceed what was captured, and are exactly those that were approved. */
export function refundLimits({ cybersource, payments, refunds }: Evidence): string[] {
  return payments.flatMap((row) => {
    const payment = cybersource('payments').find(({ code }) => code === row['payment_id']);
    const atProvider = sumOf(
      cybersource('refunds').filter(({ rootId }) => rootId === payment?.['id']),
      'amountMinor',
    );
    const approved = sumOf(
      refunds.filter((refund) => isSucceededOf(refund, row['payment_id'])),
      'amount_minor',
    );
    const captured = minorOf(payment?.['capturedMinor']);
    const name = `payment ${String(row['payment_id'])}`;
    return [
      ...(atProvider > captured ? [`conservation: ${name} was refunded beyond its capture`] : []),
      ...(atProvider === approved
        ? []
        : [`conservation: ${name} has refunds of ${atProvider}, and ${approved} were approved`]),
    ];
  });
}

function isSucceededOf(refund: Row, paymentId: unknown): boolean {
  return refund['state'] === 'succeeded' && refund['payment_id'] === paymentId;
}

/** Per currency: what the cards gave minus what went back is what Books holds, to the minor unit. */
function conservation(
  { cybersource, zoho, payments }: Evidence,
  isKnown: (key: unknown) => boolean,
): string[] {
  const balance = new Map<string, bigint>();
  const add = (currency: unknown, minor: unknown, sign: bigint): void => {
    const name = String(currency);
    balance.set(name, (balance.get(name) ?? 0n) + sign * minorOf(minor));
  };
  const currencyOfNote = new Map(
    zoho('creditnotes').map((note) => [note['id'], note['currencyCode']]),
  );
  const broken = new Set(
    payments.filter((row) => isKnown(row['order_id'])).map((row) => row['payment_id']),
  );
  for (const payment of cybersource('payments')) {
    if (broken.has(payment['code'])) continue;
    if (payment['isSale'] === true) add(payment['currency'], payment['capturedMinor'], 1n);
  }
  for (const refund of cybersource('refunds')) {
    add(refund['currency'], refund['amountMinor'], -1n);
  }
  for (const payment of zoho('customerpayments')) {
    add(payment['currencyCode'], payment['totalMinor'], -1n);
  }
  for (const refund of zoho('creditnote_refunds')) {
    add(currencyOfNote.get(refund['creditNoteId']), refund['minor'], 1n);
  }
  return [...balance]
    .filter(([, minor]) => minor !== 0n)
    .map(([currency, minor]) => `conservation: ${minor} ${currency} are missing in Books`);
}

/** Each record at a provider goes back to an order or a payment of ours. */
export function nothingFromNothing({ zoho, cybersource, orders }: Evidence): string[] {
  const orderIds = new Set(orders.map((order) => order['order_id']));
  const transactionIds = new Set(cybersource('payments').map(({ id }) => id));
  const invoices = zoho('invoices')
    .filter((invoice) => !orderIds.has(at(invoice, 'customFields.cf_sluice_key')))
    .map(({ number }) => `from nothing: invoice ${String(number)}`);
  const bookings = zoho('customerpayments')
    .filter((payment) => !transactionIds.has(at(payment, 'source.reference_number')))
    .map(({ number }) => `from nothing: customer payment ${String(number)}`);
  return [...invoices, ...bookings];
}

const terminal = new Set<unknown>(['SUCCEEDED', 'REJECTED', 'ABANDONED']);

/** After the faults every effect has ended, or waits for people and says so. */
function openEffects({ effects }: Evidence, isKnown: (key: unknown) => boolean): string[] {
  return effects
    .filter(({ state, subject }) => !terminal.has(state) && !isKnown(subject))
    .map(
      ({ service, key, state }) => `open: effect ${String(key)} of ${service} is ${String(state)}`,
    );
}

/** No second sending after an unknown outcome without a look-up, unless the provider knows the key. */
export function secondSends({ effects, attempts }: Evidence): string[] {
  const looked = effects.filter((effect) => ['C', 'D'].includes(String(effect['effect_class'])));
  return looked.flatMap(({ key, service }) => {
    const steps = attempts
      .filter((attempt) => attempt['effect_key'] === key && attempt.service === service)
      .toSorted((a, b) => Number(a['step']) - Number(b['step']));
    const isBlind = steps.some(
      (attempt, index) =>
        attempt['act'] === 'send' &&
        steps[index - 1]?.['act'] === 'send' &&
        steps[index - 1]?.['outcome'] === 'UNKNOWN',
    );
    return isBlind ? [`blind: ${String(key)} of ${service} was sent again without a look-up`] : [];
  });
}

/** No run has failed, and only the runs of orders without a captured payment still wait. */
function openRuns(
  { runs, payments, records }: Evidence,
  isKnown: (key: unknown) => boolean,
): string[] {
  const captured = new Set(
    records
      .filter(({ headers }) => headers['ce_type'] === finalTypes['captured'])
      .map(({ headers }) => headers['ce_correlationid']),
  );
  const faulted = runs
    .filter(({ phase }) => phase === 'faulted')
    .map(({ flow, business_key: key }) => `faulted: ${String(flow)} of ${String(key)}`);
  const waiting = runs
    .filter(({ phase, business_key: key }) => phase === 'waiting' && captured.has(String(key)))
    .filter(({ business_key: key }) => !isKnown(key))
    .map(({ flow, business_key: key }) => `open: ${String(flow)} of ${String(key)} waits`);
  const hasAny = payments.length === 0 || runs.length > 0;
  return [...faulted, ...waiting, ...(hasAny ? [] : ['lost: no flow has run'])];
}

/** No key waits in a consumer or before the broker. */
function waitingKeys(
  { parkedKeys, heldKeys }: Evidence,
  isKnown: (key: unknown) => boolean,
): string[] {
  const parked = parkedKeys
    .filter(({ key }) => !isKnown(key))
    .map(
      ({ service, consumer, key, cause_code: code }) =>
        `open: ${String(key)} is parked in ${service} (${String(consumer)}, ${String(code)})`,
    );
  const held = heldKeys.map(
    ({ service, aggregateid }) =>
      `open: ${String(aggregateid)} is held before the broker in ${service}`,
  );
  return [...parked, ...held];
}

/** Every committed outbox row stands on its topic, and no event without a row. */
export function unpublishedRows({ outbox, records }: Evidence): string[] {
  const onTopics = new Set(records.map(({ topic, headers }) => `${topic} ${headers['ce_id']}`));
  const rows = new Set(outbox.map(({ topic, id }) => `${String(topic)} ${String(id)}`));
  const lost = [...rows].filter((row) => !onTopics.has(row)).map((row) => `lost: event ${row}`);
  const ids = new Set(records.map(({ headers }) => headers['ce_id']));
  const invented = records
    .filter(({ topic, headers }) => headers['ce_id'] !== undefined && !topic.endsWith('.dlt'))
    // The mapper has no outbox: its events are made of events, and go back to them.
    .filter(({ topic, headers }) =>
      headers['ce_source'] === 'canonical-mapper'
        ? !ids.has(headers['ce_causationid'])
        : !rows.has(`${topic} ${headers['ce_id']}`),
    )
    .map(({ topic, headers }) => `from nothing: event ${topic} ${headers['ce_id']}`);
  return [...lost, ...invented];
}

/** Every event of a vendor became a canonical event or a dead letter. */
export function unmappedEvents({ records }: Evidence): string[] {
  const causes = new Set(records.map(({ headers }) => headers['ce_causationid']));
  const letters = new Set(
    records.filter(({ topic }) => topic.endsWith('.dlt')).map(({ headers }) => headers['ce_id']),
  );
  return records
    .filter(({ topic }) => topic.endsWith('.notifications.v1'))
    .map(({ headers }) => headers['ce_id'])
    .filter((id) => !causes.has(id) && !letters.has(id))
    .map((id) => `lost: event ${id} was not mapped`);
}

/** The shop twin's cards; no store of ours may ever hold one of them. */
export const testCards = ['4111111111111111', '4000000000009995'];

/** No topic and no log holds a card number. */
export function cardNumbers({ records, logs }: Evidence): string[] {
  const isFound = (text: string): boolean => testCards.some((card) => text.includes(card));
  const onTopics = records
    .filter(({ value }) => isFound(value.toString('latin1')))
    .map(({ topic }) => `card number: on topic ${topic}`);
  return [...onTopics, ...(logs.some(isFound) ? ['card number: in a log'] : [])];
}

function countBy(
  records: readonly Json[],
  valueOf: (record: Json) => unknown,
): Map<string, number> {
  const counts = new Map<string, number>();
  for (const record of records) {
    const value = textOf(valueOf(record));
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return counts;
}

function sumOf(records: readonly Json[], field: string): bigint {
  return records.reduce((sum, record) => sum + minorOf(record[field]), 0n);
}

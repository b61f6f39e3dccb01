import type { Rule } from './check.ts';
import type { Evidence, Row } from './evidence.ts';

/** Payments about which people must decide: their sums stand open by design. */
function withPeople({ effects, parkedKeys }: Evidence): ReadonlySet<unknown> {
  const stuck = effects
    .filter(({ state }) => state === 'MANUAL' || state === 'DUPLICATE')
    .map(({ subject }) => subject);
  const quarantined = parkedKeys
    .filter(({ consumer }) => consumer === 'books.post-entry')
    .map(({ key }) => key);
  return new Set([...stuck, ...quarantined]);
}

/** 1: every payment at the provider has one captured event and one entry, or people know of it. */
const onceEverywhere: Rule = (evidence) => {
  const known = withPeople(evidence);
  return evidence.movements
    .filter(({ kind, reference }) => kind === 'payment' && !known.has(reference))
    .flatMap(({ reference }) => {
      const captured = evidence.paymentHistory.filter(
        (row) => row['payment_id'] === reference && row['state'] === 'captured',
      );
      const entries = evidence.entries.filter(
        ({ kind, paymentId }) => kind === 'payment' && paymentId === reference,
      );
      return [
        ...(captured.length === 1
          ? []
          : [`payment ${reference} was captured ${captured.length} times in our books`]),
        ...(entries.length === 1
          ? []
          : [`payment ${reference} has ${entries.length} entries at the bookkeeper`]),
      ];
    });
};

/** 1: every acknowledged notification has one row and, where it moved nothing, one event. */
const acknowledgedOnce: Rule = ({ journal, notifications, outbox }) => {
  const unmapped = notifications.filter(({ outcome }) => outcome === 'unmapped').length;
  const events = new Set(
    outbox
      .filter(({ type }) => type === 'sluice.cybersource.v1.NotificationReceived')
      .map(({ id }) => id),
  ).size;
  const undecided = notifications.filter(({ outcome }) => outcome === 'stored').length;
  return [
    ...(unmapped === events
      ? []
      : [`${unmapped} notifications moved nothing, ${events} events say so`]),
    ...(undecided === 0 ? [] : [`${undecided} notifications were stored and never judged`]),
    ...(notifications.length <= journal.sent.size
      ? []
      : [`${notifications.length} notifications stored of ${journal.sent.size} sent`]),
  ];
};

/** 2: per derived key at most one live thing at a third party. */
const onePerKey: Rule = ({ entries, movements }) => [
  ...repeated(entries.map(({ kind, key }) => `${kind} ${key}`)),
  ...repeated(movements.map(({ kind, reference }) => `${kind} ${reference}`)),
];

/** 3: per capture the refunds stay within it, and are those that we say have succeeded. */
const refundsWithin: Rule = (evidence) => {
  const { movements, refunds } = evidence;
  const known = withPeople(evidence);
  return movements
    .filter(({ kind }) => kind === 'payment')
    .flatMap(({ id, minor, reference, currency }) => {
      const refunded = movements
        .filter(({ kind, rootId }) => kind === 'refund' && rootId === id)
        .reduce((sum, movement) => sum + movement.minor, 0n);
      const succeeded = sumOf(
        refunds.filter((row) => row['payment_id'] === reference && row['state'] === 'succeeded'),
      );
      return [
        ...(refunded <= minor
          ? []
          : [`payment ${reference}: ${refunded} of ${minor} ${currency} were refunded`]),
        ...(refunded === succeeded || known.has(reference)
          ? []
          : [`payment ${reference}: the provider refunded ${refunded}, we say ${succeeded}`]),
      ];
    });
};

/** 4: nothing is lost between what was asked, paid, refunded and entered, to the minor unit. */
const conservation: Rule = (evidence) => {
  const known = withPeople(evidence);
  const { journal, movements, entries } = evidence;
  const wrong = journal.payments.flatMap(({ paymentId, minor, currency }) => {
    const paid = movements.find(
      ({ kind, reference }) => kind === 'payment' && reference === paymentId,
    );
    return paid === undefined || (paid.minor === minor && paid.currency === currency)
      ? []
      : [`payment ${paymentId}: asked for ${minor} ${currency}, paid ${paid.minor}`];
  });
  const currencies = [...new Set(movements.map(({ currency }) => currency))];
  const unequal = currencies.flatMap((currency) => {
    const atProvider = movements
      .filter((movement) => movement.currency === currency)
      .filter(({ kind, reference }) => kind === 'refund' || !known.has(reference))
      .filter(({ kind, rootId }) => kind === 'payment' || !known.has(paymentOf(movements, rootId)))
      .reduce((sum, { kind, minor }) => sum + (kind === 'payment' ? minor : -minor), 0n);
    const inBooks = entries
      .filter((entry) => entry.currency === currency && !known.has(entry.paymentId))
      .reduce((sum, { kind, minor }) => sum + (kind === 'payment' ? minor : -minor), 0n);
    return atProvider === inBooks
      ? []
      : [`${currency}: ${atProvider} at the provider, ${inBooks} at the bookkeeper`];
  });
  return [...wrong, ...unequal];
};

/** 5: what was answered 200 is stored, byte for byte. */
const storedAsSent: Rule = ({ journal, notifications }) => {
  const stored = new Set(notifications.map((row) => `${row['event_type']} ${row['payload']}`));
  const lost = new Set(
    journal.acknowledged
      .map(({ eventType, payload }) => `${eventType} ${payload}`)
      .filter((notification) => !stored.has(notification)),
  );
  return [...lost].map((notification) => `acknowledged and not stored: ${notification}`);
};

/** 6: nothing from nothing. */
const traced: Rule = ({ journal, movements, entries, payments, notifications }) => {
  const orders = new Set(journal.payments.map(({ orderId }) => orderId));
  const ours = new Set(payments.map((row) => row['payment_id']));
  const wishes = new Set(journal.refunds.map(({ refundId }) => refundId));
  return [
    ...journal.strayRequests,
    ...payments
      .filter((row) => !orders.has(String(row['order_id'])))
      .map((row) => `payment ${row['payment_id']} belongs to no order`),
    ...movements
      .filter(({ kind, reference }) => !(kind === 'payment' ? ours : wishes).has(reference))
      .map(({ kind, reference }) => `${kind} ${reference} at the provider was never asked for`),
    ...entries
      .filter(({ paymentId }) => !movements.some(({ reference }) => reference === paymentId))
      .map(({ key }) => `entry ${key} has no payment`),
    ...notifications
      .filter(({ payload }) => !journal.sent.has(String(payload)))
      .map(({ payload }) => `notification ${payload} was never sent`),
  ];
};

/** The invariants about money and third parties. */
export const moneyRules: readonly (readonly [number, Rule])[] = [
  [1, onceEverywhere],
  [1, acknowledgedOnce],
  [2, onePerKey],
  [3, refundsWithin],
  [4, conservation],
  [5, storedAsSent],
  [6, traced],
];

function paymentOf(movements: Evidence['movements'], rootId: string): string | undefined {
  return movements.find(({ id }) => id === rootId)?.reference;
}

function sumOf(rows: readonly Row[]): bigint {
  return rows.reduce((sum, row) => sum + BigInt(String(row['amount_minor'])), 0n);
}

function repeated(names: readonly string[]): readonly string[] {
  const twice = names.filter((name, at) => names.indexOf(name) < at);
  return [...new Set(twice)].map((name) => `more than one ${name}`);
}

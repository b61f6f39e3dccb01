import type { ReceivedMessage } from '@sluice/messaging';
import { consumers, type History } from '../scene/history.ts';
import type { Journal } from '../scene/journal.ts';
import { topics } from '../scene/surroundings.ts';
import type { Entry } from '../network/bookkeeper.ts';
import type { Movement } from '../network/payment-provider.ts';

/** One row of a table; numbers that may be large come as text. */
export type Row = Readonly<Record<string, string | number | boolean | null>>;

/** A message that a group has not committed is unread. */
export interface Group {
  readonly name: string;
  readonly topic: string;
  readonly unread: bigint;
}

/** Everything that is judged: ledgers of third parties, tables, topics, and what the surroundings were told. */
export interface Evidence {
  readonly journal: Journal;
  readonly movements: readonly Movement[];
  readonly entries: readonly Entry[];
  readonly bookkeeperCallsAtMs: readonly number[];
  readonly payments: readonly Row[];
  readonly refunds: readonly Row[];
  readonly notifications: readonly Row[];
  readonly outbox: readonly Row[];
  readonly inbox: readonly Row[];
  readonly applied: readonly Row[];
  readonly parkedKeys: readonly Row[];
  readonly parkedEvents: readonly Row[];
  readonly effects: readonly Row[];
  readonly attempts: readonly Row[];
  readonly paymentHistory: readonly Row[];
  readonly effectHistory: readonly Row[];
  readonly messages: readonly ReceivedMessage[];
  readonly deadLetters: readonly ReceivedMessage[];
  readonly groups: readonly Group[];
  readonly isQuiet: boolean;
}

const tables = {
  payments: 'select payment_id, order_id, state, amount_minor, currency from payment',
  refunds: 'select refund_id, payment_id, amount_minor, state from refund',
  notifications: 'select notification_id, event_type, payload, outcome from notification',
  outbox: 'select seq, id, topic, aggregateid, type, version from outbox order by seq',
  inbox: 'select consumer, event_id from inbox',
  applied: 'select seq, consumer, event_id, key, version from applied order by seq',
  parkedKeys: 'select consumer, key, state, cause_code from parked_key',
  parkedEvents: 'select consumer, key, topic, partition, "offset" from parked_event',
  effects: 'select key, kind, effect_class, subject, state, code from effect',
  attempts: 'select effect_key, step, act, outcome from effect_attempt order by effect_key, step',
  paymentHistory: 'select payment_id, state, version from payment_history order by seq',
  effectHistory: 'select key, state, epoch from effect_history order by seq',
} as const;

/** Reads everything after a history. */
export async function gather(history: History): Promise<Evidence> {
  const rows: Partial<Record<keyof typeof tables, readonly Row[]>> = {};
  const text = Object.entries(tables)
    .map(([name, sql]) => `'${name}', (select coalesce(json_agg(r), '[]') from (${sql}) r)`)
    .join(', ');
  const [all] = await history.backends.ask<{ all: typeof rows }>(
    `select json_build_object(${text}) as all`,
  );
  const messagesOf = (names: readonly string[]): ReceivedMessage[] =>
    names.flatMap((name) => history.broker.log.messagesOf(name));
  return {
    ...(all?.all as Required<typeof rows>),
    journal: history.journal,
    movements: history.provider.movements,
    entries: history.bookkeeper.entries,
    bookkeeperCallsAtMs: history.bookkeeper.callsAtMs,
    messages: messagesOf(Object.values(topics)),
    deadLetters: messagesOf(consumers.map(([topic, group]) => `${topic}.${group}.dlt`)),
    groups: consumers.map(([topic, name]) => ({
      topic,
      name,
      unread: history.unreadOf(topic, name),
    })),
    isQuiet: history.isQuiet,
  };
}

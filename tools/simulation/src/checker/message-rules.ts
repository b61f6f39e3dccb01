import type { ReceivedMessage } from '@sluice/messaging';
import type { Rule } from './check.ts';
import type { Evidence } from './evidence.ts';

/** Types that each group handles; it passes over all others. */
const handledBy: Readonly<Record<string, readonly string[]>> = {
  'cybersource-gateway.perform-command': ['sluice.cybersource.v1.CommandRequested'],
  'books.post-entry': ['sluice.cybersource.v1.PaymentUpdated'],
  'books.project': [
    'sluice.cybersource.v1.PaymentUpdated',
    'sluice.cybersource.v1.NotificationReceived',
  ],
};

/** 9: events of one key are applied in the order of their versions, and none is skipped. */
const inOrder: Rule = ({ applied, parkedEvents, paymentHistory }) => {
  const versioned = applied.filter(({ version }) => version !== null);
  const byKey = Map.groupBy(versioned, ({ consumer, key }) => `${consumer} ${key}`);
  const disordered = [...byKey].flatMap(([name, rows]) => {
    const versions = rows.map(({ version }) => Number(version));
    const isInOrder = versions.every((version, at) => version === at + 1);
    return isInOrder ? [] : [`${name} applied the versions ${versions.join(', ')}`];
  });
  const lasts = new Map(paymentHistory.map((row) => [row['payment_id'], Number(row['version'])]));
  const consumers = ['books.post-entry', 'books.project'];
  const short = consumers.flatMap((consumer) =>
    [...lasts].flatMap(([payment, last]) => {
      const count = byKey.get(`${consumer} ${payment}`)?.length ?? 0;
      const isParked = parkedEvents.some(
        (row) => row['consumer'] === consumer && row['key'] === payment,
      );
      return count === last || isParked
        ? []
        : [`${consumer} applied ${count} of ${last} events of ${payment}`];
    }),
  );
  return [...disordered, ...short];
};

/** 9: what follows from the events of one key happens in their order, also where they had to wait. */
const enteredInOrder: Rule = ({ entries }) => {
  const byPayment = Map.groupBy(entries, ({ paymentId }) => paymentId);
  return [...byPayment]
    .filter(([, own]) => own[0]?.kind !== 'payment')
    .map(([payment]) => `a credit note of ${payment} was entered before its payment`);
};

/** 9 and 11: an event has its effect on a consumer once. */
const appliedOnce: Rule = ({ applied }) => {
  const counts = Map.groupBy(applied, (row) => `${row['consumer']} ${row['event_id']}`);
  return [...counts]
    .filter(([, rows]) => rows.length > 1)
    .map(([name, rows]) => `${name} was applied ${rows.length} times`);
};

/** 11: every message of a topic was applied, had been applied, waits, or is a dead letter. */
const accountedFor: Rule = (evidence) => {
  const seen = new Set(evidence.inbox.map((row) => `${row['consumer']} ${row['event_id']}`));
  const parked = new Set(
    evidence.parkedEvents.map(
      (row) => `${row['consumer']} ${row['topic']}/${row['partition']}/${row['offset']}`,
    ),
  );
  const dead = new Set(evidence.deadLetters.map(originOf));
  return evidence.groups.flatMap(({ name, topic }) =>
    evidence.messages
      .filter((message) => message.topic === topic && !isPassedOver(message, name))
      .filter((message) => !seen.has(`${name} ${message.headers['ce_id']}`))
      .filter((message) => !parked.has(`${name} ${placeOf(message)}`))
      .filter((message) => !dead.has(`${name} ${placeOf(message)}`))
      .map((message) => `${name} has lost ${placeOf(message)} of key ${message.key}`),
  );
};

/** 11: a key in quarantine has its head in the dead letter topic, so that people see it. */
const quarantineIsSeen: Rule = ({ parkedKeys, deadLetters }) =>
  parkedKeys
    .filter(({ state }) => state === 'quarantined')
    .filter(({ key }) => !deadLetters.some((letter) => letter.key === key))
    .map(({ consumer, key }) => `${consumer} holds ${key} and wrote no dead letter`);

/** 12: every committed row of the outbox is on its topic, and no event is without a row. */
const published: Rule = ({ outbox, messages }) => {
  const sent = new Set(messages.map(({ topic, headers }) => `${topic} ${headers['ce_id']}`));
  const rows = new Set(outbox.map(({ topic, id }) => `${topic} ${id}`));
  return [
    ...[...rows].filter((row) => !sent.has(row)).map((row) => `never published: ${row}`),
    ...messages
      .filter(({ headers }) => headers['ce_id'] !== undefined && headers['ce_id'] !== 'poison')
      .map(({ topic, headers }) => `${topic} ${headers['ce_id']}`)
      .filter((name) => !rows.has(name))
      .map((name) => `published and not in the outbox: ${name}`),
  ];
};

/** 12: the first time that events of an aggregate stand on their topic they stand in their order. */
const publishedInOrder: Rule = ({ outbox, messages }) => {
  const versioned = outbox.filter(({ version }) => version !== null);
  const rows = Map.groupBy(versioned, ({ topic, aggregateid }) => `${topic} ${aggregateid}`);
  return [...rows].flatMap(([name, own]) => {
    const wanted = [...new Set(own.map(({ id }) => id))];
    const ids = messages
      .filter(({ topic, key }) => `${topic} ${key}` === name)
      .map(({ headers }) => headers['ce_id'] ?? null);
    const first = [...new Set(ids)].filter((id) => wanted.includes(id));
    return first.join() === wanted.join() ? [] : [`${name} was published out of order`];
  });
};

/** The invariants about messages. */
export const messageRules: readonly (readonly [number, Rule])[] = [
  [9, inOrder],
  [9, enteredInOrder],
  [11, appliedOnce],
  [11, accountedFor],
  [11, quarantineIsSeen],
  [12, published],
  [12, publishedInOrder],
];

function isPassedOver({ headers }: ReceivedMessage, group: string): boolean {
  const type = headers['ce_type'];
  return type !== undefined && handledBy[group]?.includes(type) !== true;
}

function placeOf({ topic, partition, offset }: ReceivedMessage): string {
  return `${topic}/${partition}/${offset}`;
}

function originOf({ headers }: Evidence['deadLetters'][number]): string {
  const place = ['topic', 'partition', 'offset'].map(
    (part) => headers[`kafka_dlt-original-${part}`],
  );
  return `${headers['kafka_dlt-original-consumer-group']} ${place.join('/')}`;
}

/** One edit of a source file. */
export interface Edit {
  /** Path from the root of the repository. */
  readonly file: string;
  /** Text that stands in the file exactly once. */
  readonly replace: string;
  readonly by: string;
}

/** A bug that the simulation must find. */
export interface Plant {
  readonly name: string;
  /** What is wrong with it, for the reference page. */
  readonly what: string;
  readonly edits: readonly Edit[];
  /** The seed that is known to catch it, and the invariants that it breaks there. */
  readonly caughtBy: { readonly seed: number; readonly invariants: readonly number[] };
}

const gateway = 'services/cybersource-gateway/src';

/** Every bug that must be found. No switch of the product turns one on: they are edits of the source on its way in. */
export const plants: readonly Plant[] = [
  {
    name: 'acknowledge-before-persisting',
    what: 'The webhook door answers 200 while the notification is still being written.',
    edits: [
      {
        file: `${gateway}/receive-webhook/webhook.controller.ts`,
        replace: 'await this.notifications.receive(notification);',
        by: 'void this.notifications.receive(notification).catch(() => undefined);',
      },
    ],
    caughtBy: { seed: 31, invariants: [5] },
  },
  {
    name: 'no-unique-on-the-inbox',
    what: 'The inbox has no primary key, so that every delivery counts as the first.',
    edits: [
      {
        file: 'libs/outbox/src/migrations.ts',
        replace: `received_at timestamptz not null default now(),
        primary key (consumer, event_id)`,
        by: 'received_at timestamptz not null default now()',
      },
    ],
    caughtBy: { seed: 1, invariants: [9, 11] },
  },
  {
    name: 'retry-on-timeout',
    what: 'A call without an answer counts as not executed and is sent again without a look-up.',
    edits: [
      {
        file: 'libs/effects/src/performer.ts',
        replace: 'if (error instanceof NotExecuted) {',
        by: 'if (error !== undefined) {',
      },
    ],
    caughtBy: { seed: 2, invariants: [2, 3, 4] },
  },
  {
    name: 'sequence-cursor-outbox',
    what: 'The relay reads what has a higher sequence than the last row it saw.',
    edits: [
      {
        file: 'libs/outbox/src/window-reader.ts',
        replace:
          'and xid >= pg_snapshot_xmax($2::pg_snapshot) and not pg_visible_in_snapshot(xid, $2::pg_snapshot)',
        by: 'and seq > $6::bigint and pg_snapshot_xmax($2::pg_snapshot) is not null',
      },
      {
        file: 'libs/outbox/src/window-reader.ts',
        replace: 'and xid = any(array(select pg_snapshot_xip($2::pg_snapshot)))',
        by: 'and false',
      },
      {
        file: 'libs/outbox/src/window-reader.ts',
        replace: '(openSql, values)',
        by: '(openSql, [...values, lastSeq])',
      },
      {
        file: 'libs/outbox/src/window-reader.ts',
        replace: 'return pageOf(found, { s0, s1: begin?.snapshot ?? s0 }, bounds);',
        by: `{
    const page = pageOf(found, { s0, s1: begin?.snapshot ?? s0 }, bounds);
    const seen = page.rows.at(-1)?.seq ?? lastSeq;
    return { ...page, next: { ...page.next, lastSeq: seen } };
  }`,
      },
      {
        file: 'libs/outbox/src/window-reader.ts',
        replace: "{ s0: s1, s1: null, lastSeq: '0' }",
        by: "{ s0: s1, s1: null, lastSeq: last?.seq ?? '0' }",
      },
    ],
    caughtBy: { seed: 8, invariants: [10, 12] },
  },
  {
    name: 'no-epoch',
    what: 'A step of an effect asks neither for the epoch nor for the state that it leaves.',
    edits: [
      {
        file: 'libs/effects/src/effect-store.ts',
        replace: `where key = $1 and state = $2 and epoch = $3
  returning`,
        by: `where key = $1 and ($2::text, $3::bigint) is not null
  returning`,
      },
    ],
    caughtBy: { seed: 11, invariants: [7] },
  },
  {
    name: 'refund-counter-outside-the-lock',
    what: 'A refund is reserved on rows that are read without locking them.',
    edits: [
      {
        file: `${gateway}/storage/payment.repository.ts`,
        replace: 'order by payment_id for update`,',
        by: 'order by payment_id`,',
      },
      {
        file: `${gateway}/storage/capture.repository.ts`,
        replace: 'order by payment_id for update`,',
        by: 'order by payment_id`,',
      },
    ],
    caughtBy: { seed: 18, invariants: [3] },
  },
  {
    name: 'dedupe-kept-for-an-hour',
    what: 'The inbox forgets what it has seen after an hour.',
    edits: [
      {
        file: 'libs/outbox/src/inbox.ts',
        replace: 'make_interval(days => $1) limit $2',
        by: 'make_interval(mins => 60 + 0 * $1) limit $2',
      },
    ],
    caughtBy: { seed: 1, invariants: [9, 11] },
  },
  {
    name: 'float-amounts',
    what: 'Decimal amounts are read by floating point arithmetic.',
    edits: [
      {
        file: 'libs/money/src/money.ts',
        replace: "const minor = BigInt(whole + fraction.padEnd(exponent, '0'));",
        by: 'const minor = BigInt(Math.trunc(Number(`${whole}.${fraction}`) * 10 ** exponent));',
      },
    ],
    caughtBy: { seed: 1, invariants: [4] },
  },
  {
    name: 'offset-committed-before-applying',
    what: 'The offset that is committed is the one after the last message received, not the one before all that is left to do.',
    edits: [
      {
        file: 'libs/messaging/src/offset-tracker.ts',
        replace: 'return this.#entries[this.#head]?.offset ?? this.#next;',
        by: 'return this.#next;',
      },
    ],
    caughtBy: { seed: 25, invariants: [11] },
  },
  {
    name: 'a-dead-letter-dropped',
    what: 'A dead letter that the broker does not take at once is given up.',
    edits: [
      {
        file: 'libs/messaging/src/failure-handling.ts',
        replace:
          'await this.#publish(toDeadLetter(message, { group, cause, errorName, attempts }));',
        by: `await this.#publish(toDeadLetter(message, { group, cause, errorName, attempts })).catch(
      () => undefined,
    );`,
      },
    ],
    caughtBy: { seed: 21, invariants: [11] },
  },
  {
    name: 'redirects-followed',
    what: 'The client of third parties follows redirects.',
    edits: [
      {
        file: 'libs/outbound-http/src/http-client.ts',
        replace: `      return {
        status: response.statusCode,`,
        by: `      const location = response.headers['location'];
      if (typeof location === 'string') return await this.#send(new URL(location), call);
      return {
        status: response.statusCode,`,
      },
    ],
    caughtBy: { seed: 9, invariants: [6] },
  },
  {
    name: 'reads-from-a-replica',
    what: 'Which keys are parked is read from a replica that lags behind.',
    edits: [
      {
        file: 'libs/outbox/src/parking-statements.ts',
        replace: 'export const keysOf = `select key',
        by: 'export const keysOf = `/* replica */ select key',
      },
    ],
    caughtBy: { seed: 73, invariants: [9] },
  },
];

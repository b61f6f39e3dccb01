import { type EventCodec, eventTypes } from '@sluice/contracts';
import { type EventRecord, toWire } from '@sluice/messaging';
import { afterCommit, arrayParameter, asFailures } from '@sluice/postgres';
import {
  SpanKind,
  context,
  contextFromTraceparent,
  formatTraceparent,
  trace,
} from '@sluice/telemetry';
import type { EntityManager } from 'typeorm';
import { errors } from './errors.ts';
import { shardOf } from './shard.ts';

const columns = `
  unnest($1::smallint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::text[],
    $8::text[], $9::bytea[], $10::int[], $11::text[]) with ordinality
  as g (shard, id, tenant, aggregatetype, aggregateid, version, type, topic, payload, schema_id,
    headers, place)`;

const insertInto = `insert into outbox (shard, id, tenant, aggregatetype, aggregateid, version, type,
  topic, payload, schema_id, headers)
  select g.shard, g.id, g.tenant, g.aggregatetype, g.aggregateid, g.version, g.type, g.topic,
    g.payload, g.schema_id, g.headers::jsonb`;

// Always true: it gives the transaction its id before the first sequence is drawn, on which the relay builds.
const hasId = 'pg_current_xact_id() is not null';

const appendSql = `${insertInto} from ${columns} where ${hasId} order by g.place returning 1`;

// The sort above the join means that every head row is locked before the first sequence is drawn.
const appendVersionedSql = `
  with given as materialized (select * from ${columns}),
  head as (
    insert into outbox_head as h (tenant, aggregatetype, aggregateid, first_version, version)
    select tenant, aggregatetype, aggregateid, min(version), max(version) from given
    where version is not null group by 1, 2, 3 order by 1, 2, 3
    on conflict (tenant, aggregatetype, aggregateid)
    do update set first_version = excluded.first_version, version = excluded.version
      where h.version < excluded.first_version
    returning tenant, aggregatetype, aggregateid
  )
  ${insertInto} from given g left join head h using (tenant, aggregatetype, aggregateid)
  where ${hasId} and (g.version is null or h.aggregateid is not null)
  order by g.place returning 1`;

/** Is told the shards in which rows were committed; nothing when any may hold some. */
export type WakeListener = (shards?: readonly number[]) => void;

/** A client of `pg` with a transaction open. */
export interface PgTransaction {
  query(sql: string, values: unknown[]): Promise<{ readonly rows: readonly unknown[] }>;
}

/**
 * Events that leave with the transaction in which they happened.
 *
 * Events of one key leave in the order of their appending when the appending transactions follow
 * one another on the key: hold the lock of the aggregate's row before appending, or give versions.
 */
export class Outbox {
  readonly #codec: EventCodec;
  readonly #listeners = new Set<WakeListener>();

  /** The codec must have been prepared for every type that is appended. */
  constructor(options: { readonly codec: EventCodec }) {
    this.#codec = options.codec;
  }

  /**
   * Appends events to the transaction, in one statement; none for an empty list.
   *
   * The relay is woken after the commit when `inTransaction` opened the transaction; otherwise it
   * finds the rows at its next poll, or call `wake` after the commit.
   * @throws PermanentFailure CARD_NUMBER_REFUSED, ENVELOPE_TOO_LARGE or OUTBOX_VERSIONS_UNORDERED.
   * @throws TransientFailure OUTBOX_VERSION_TAKEN when the aggregate has moved on: load it again.
   */
  async append(tx: EntityManager, events: readonly EventRecord[]): Promise<void> {
    const shards = await this.#append((sql, values) => tx.query(sql, values), events);
    if (shards.length > 0) afterCommit(tx, () => this.wake(shards));
  }

  /**
   * Appends events to the transaction of a client of `pg`, with the same promises as `append`.
   *
   * @returns what to call once the transaction has committed: it wakes the relays. Without it they find the rows at
   * their next poll.
   */
  async appendTo(client: PgTransaction, events: readonly EventRecord[]): Promise<() => void> {
    const shards = await this.#append(async (sql, values) => {
      const { rows } = await asFailures(() => client.query(sql, values));
      return rows;
    }, events);
    return () => {
      if (shards.length > 0) this.wake(shards);
    };
  }

  async #append(
    run: (sql: string, values: unknown[]) => Promise<readonly unknown[]>,
    events: readonly EventRecord[],
  ): Promise<readonly number[]> {
    if (events.length === 0) return [];
    const isVersioned = assertVersionsGrow(events);
    const sql = isVersioned ? appendVersionedSql : appendSql;
    const appended = await run(sql, this.#columnsOf(events));
    if (appended.length !== events.length) throw errors.failure('OUTBOX_VERSION_TAKEN');
    return [...new Set(events.map(({ key }) => shardOf(key)))];
  }

  /** Tells the relays that rows were committed, in these shards when named. Cheap; may be called at any time. */
  wake(shards?: readonly number[]): void {
    for (const listener of this.#listeners) listener(shards);
  }

  /** Registers who is told; returns the function that ends it. */
  onWake(listener: WakeListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #columnsOf(events: readonly EventRecord[]): unknown[] {
    const topics = events.map(({ type }) => eventTypes[type].topic);
    const wires = events.map((event, index) =>
      toWire(withCreationSpan(event, topics[index] ?? ''), this.#codec),
    );
    const payloads = wires.map(({ value }) => value ?? Buffer.alloc(0));
    return [
      arrayParameter.smallint(events.map(({ key }) => shardOf(key))),
      arrayParameter.text(events.map(({ id }) => id)),
      arrayParameter.text(events.map(({ tenant }) => tenant)),
      arrayParameter.text(topics.map(aggregateTypeOf)),
      arrayParameter.text(events.map(({ key }) => key)),
      arrayParameter.bigint(events.map(({ version }) => version ?? null)),
      arrayParameter.text(events.map(({ type }) => type)),
      arrayParameter.text(topics),
      arrayParameter.bytea(payloads),
      arrayParameter.int(payloads.map((payload) => payload.readInt32BE(1))),
      arrayParameter.text(wires.map(({ headers }) => JSON.stringify(headers))),
    ];
  }
}

/** `payments.v1` carries aggregates of the type `payments`. */
function aggregateTypeOf(topic: string): string {
  return topic.replace(/\.v\d+$/, '');
}

function assertVersionsGrow(events: readonly EventRecord[]): boolean {
  const lastByKey = new Map<string, bigint>();
  for (const { type, key, tenant, version } of events) {
    if (version === undefined) continue;
    const aggregate = `${tenant}\n${eventTypes[type].topic}\n${key}`;
    const last = lastByKey.get(aggregate);
    if (last !== undefined && version <= last) {
      throw errors.failure('OUTBOX_VERSIONS_UNORDERED');
    }
    lastByKey.set(aggregate, version);
  }
  return lastByKey.size > 0;
}

function withCreationSpan(event: EventRecord, topic: string): EventRecord {
  const given = event.traceparent === undefined ? undefined : contextOf(event, event.traceparent);
  const span = trace
    .getTracer('sluice')
    .startSpan(`create ${topic}`, { kind: SpanKind.PRODUCER }, given ?? context.active());
  // Most traces are sampled out, and attributes given at the start are examined before that is decided.
  if (span.isRecording()) {
    span.setAttributes({
      'messaging.system': 'kafka',
      'messaging.operation.name': 'create',
      'messaging.operation.type': 'create',
      'messaging.destination.name': topic,
      'messaging.message.id': event.id,
      'messaging.kafka.message.key': event.key,
      'sluice.event.type': event.type,
    });
  }
  span.end();
  return { ...event, ...formatTraceparent(span.spanContext()) };
}

function contextOf(
  event: EventRecord,
  traceparent: string,
): ReturnType<typeof contextFromTraceparent> {
  const { tracestate } = event;
  return contextFromTraceparent(
    tracestate === undefined ? { traceparent } : { traceparent, tracestate },
  );
}

import type { Delivery } from '@sluice/messaging';
import { arrayParameter } from '@sluice/postgres';
import { counter } from '@sluice/telemetry';
import type { DataSource, EntityManager } from 'typeorm';
import { bodyHashOf, ConflictingDuplicate } from './conflicting-duplicate.ts';

// Sorted, so that two batches with the same ids cannot wait for each other in a circle.
const markSql = `
  insert into inbox (consumer, event_id, body_hash)
  select $1, id, hash from unnest($2::text[], $3::bigint[]) given (id, hash) order by id
  on conflict do nothing returning event_id`;

const hashesSql = `
  select event_id, body_hash from inbox
  where consumer = $1 and event_id = any($2::text[]) and body_hash is not null`;

const versionSql = `
  with given as (select * from unnest($2::text[], $3::text[], $4::bigint[]) g (topic, key, version)),
  before as (
    select g.topic, g.key, g.version, k.last_version from given g
    left join inbox_key k on k.consumer = $1 and k.topic = g.topic and k.key = g.key
  ), moved as (
    insert into inbox_key as k (consumer, topic, key, last_version)
    select $1, topic, key, max(version) from given group by topic, key order by topic, key
    on conflict (consumer, topic, key) do update set last_version = excluded.last_version
      where k.last_version < excluded.last_version
  )
  select topic, key, version, coalesce(version <= last_version, false) as stale,
    coalesce(version > last_version + 1, false) as gap from before`;

const pruneSql = `
  delete from inbox where ctid = any(array(
    select ctid from inbox where received_at < now() - make_interval(days => $1) limit $2))`;

const duplicates = counter('sluice_inbox_duplicates', 'Events that a consumer had seen before');
const conflicts = counter(
  'sluice_inbox_conflicts',
  'Events whose id came before with another body',
);
const stale = counter('sluice_inbox_stale', 'Events whose version is not above the last one seen');
const gaps = counter('sluice_inbox_gaps', 'Events whose version skips at least one');

/** How an inbox marks. */
export interface InboxOptions {
  /**
   * Keeps the last version per consumer, topic and key, counts what is missing, and drops events
   * that are not above it. Only for topics on which one producer gives the versions. @default false
   */
  readonly refuseStale?: boolean;
}

interface VersionRow {
  readonly topic: string;
  readonly key: string;
  readonly version: string;
  readonly stale: boolean;
  readonly gap: boolean;
}

/** What consumers have seen; makes a redelivered event a no-op. */
export class Inbox {
  readonly #refusesStale: boolean;

  constructor(options: InboxOptions = {}) {
    this.#refusesStale = options.refuseStale ?? false;
  }

  /**
   * Marks the deliveries in the handler's transaction and returns those never seen, in their order.
   *
   * A repeat inside the batch counts as seen. Of two transactions with the same event the second
   * waits for the first, and sees nothing when that commits.
   * @throws ConflictingDuplicate when an id comes again with another body; in a batch none of it is marked, so that
   * the batch is taken singly and only that event becomes a dead letter, with an alert.
   */
  async fresh(
    tx: EntityManager,
    consumer: string,
    deliveries: readonly Delivery[],
  ): Promise<readonly Delivery[]> {
    if (deliveries.length === 0) return [];
    const ids = deliveries.map(({ event }) => event.id);
    const hashes = deliveries.map(({ message }) => bodyHashOf(message.value));
    const marked: { event_id: string }[] = await tx.query(markSql, [
      consumer,
      arrayParameter.text(ids),
      arrayParameter.bigint(hashes),
    ]);
    const unseen = new Set(marked.map((row) => row.event_id));
    const fresh = deliveries.filter(({ event }) => unseen.delete(event.id));
    if (fresh.length < deliveries.length) {
      const repeats = deliveries.filter((delivery) => !fresh.includes(delivery));
      await this.#refuseConflicts(tx, consumer, repeats);
      duplicates.add(repeats.length, { consumer });
    }
    return this.#refusesStale ? this.#notStale(tx, consumer, fresh) : fresh;
  }

  /**
   * Deletes marks older than the retention, at most `limit`; returns how many.
   *
   * Keep them longer than every way an event can come again: 400 days where money moves.
   */
  async prune(
    dataSource: DataSource,
    options: { readonly retentionDays: number; readonly limit: number },
  ): Promise<number> {
    const [, deleted]: [unknown, number] = await dataSource.query(pruneSql, [
      options.retentionDays,
      options.limit,
    ]);
    return deleted;
  }

  /** Looks at repeats only, so that what comes once costs no question. */
  async #refuseConflicts(
    tx: EntityManager,
    consumer: string,
    repeats: readonly Delivery[],
  ): Promise<void> {
    const ids = repeats.map(({ event }) => event.id);
    const rows: { event_id: string; body_hash: string }[] = await tx.query(hashesSql, [
      consumer,
      arrayParameter.text(ids),
    ]);
    const first = new Map(rows.map((row) => [row.event_id, row.body_hash]));
    for (const { event, message } of repeats) {
      const known = first.get(event.id);
      const own = bodyHashOf(message.value);
      if (known === undefined || own === null || known === own.toString()) continue;
      conflicts.add(1, { consumer });
      throw new ConflictingDuplicate(consumer, event.id);
    }
  }

  async #notStale(
    tx: EntityManager,
    consumer: string,
    deliveries: readonly Delivery[],
  ): Promise<readonly Delivery[]> {
    const versioned = deliveries.filter(({ event }) => event.version !== undefined);
    if (versioned.length === 0) return deliveries;
    const rows: VersionRow[] = await tx.query(versionSql, [
      consumer,
      arrayParameter.text(versioned.map(({ message }) => message.topic)),
      arrayParameter.text(versioned.map(({ event }) => event.key)),
      arrayParameter.bigint(versioned.map(({ event }) => event.version ?? null)),
    ]);
    const placeOf = (topic: string, key: string, version: string): string =>
      `${topic}\n${key}\n${version}`;
    const refused = new Set(
      rows.filter((row) => row.stale).map((row) => placeOf(row.topic, row.key, row.version)),
    );
    stale.add(refused.size, { consumer });
    gaps.add(rows.filter((row) => row.gap).length, { consumer });
    return deliveries.filter(
      ({ event, message }) =>
        !refused.has(placeOf(message.topic, event.key, String(event.version))),
    );
  }
}

import { Injectable } from '@nestjs/common';
import { microsToIso } from '@sluice/messaging';
import type { EntityManager } from 'typeorm';
import type { Hop } from '../domain/hop.ts';
import type { Projected, Row } from '../domain/projection.ts';
import * as sql from './projection-statements.ts';

/** Parts of the console that open pages follow. */
export type ChangedArea = 'payments' | 'dead-letters' | 'breaks';

/** Longest data of one hop that is kept, as JSON text; what is longer is named but not shown. */
const dataCharactersMax = 65_536;

/** Writes the projection: one statement per table and batch. */
@Injectable()
export class ProjectionRepository {
  /** Adds hops to the timeline and returns those never seen before: only they may change the rest. */
  async addEntries(tx: EntityManager, hops: readonly Hop[]): Promise<readonly Hop[]> {
    if (hops.length === 0) return [];
    const added: { topic: string; event_id: string }[] = await tx.query(sql.insertEntries, [
      JSON.stringify(hops.map(entryRow)),
    ]);
    const fresh = new Set(added.map((row) => `${row.topic}\n${row.event_id}`));
    return hops.filter(({ topic, eventId }) => fresh.delete(`${topic}\n${eventId}`));
  }

  /** Brings every other table up to date. */
  async apply(tx: EntityManager, projected: Projected): Promise<void> {
    const { payments, orders } = projected;
    await run(tx, sql.upsertPayments, payments);
    await run(tx, sql.upsertOrders, orders);
    await run(tx, sql.markPaidOrders, [...payments, ...orders].map(orderKey));
    await run(tx, sql.insertReferences, projected.references);
    await run(tx, sql.upsertRuns, projected.runs);
    await run(tx, sql.insertBreaks, projected.breaks);
    await run(tx, sql.insertMatches, projected.matches);
    await run(tx, sql.upsertReports, projected.reports);
    const { breaks, matches, reports } = projected;
    const isReconciled = breaks.length + matches.length + reports.length > 0;
    await this.tellChanges(tx, isReconciled ? ['payments', 'breaks'] : ['payments']);
  }

  /** Moves the counters that open pages compare. */
  async tellChanges(tx: EntityManager, areas: readonly ChangedArea[]): Promise<void> {
    await tx.query(sql.bumpCounters, [areas]);
  }
}

async function run(tx: EntityManager, statement: string, rows: readonly unknown[]): Promise<void> {
  if (rows.length > 0) await tx.query(statement, [JSON.stringify(rows)]);
}

function orderKey(row: Row): Row {
  return { tenant: row['tenant'] ?? null, order_id: row['order_id'] ?? null };
}

function entryRow(hop: Hop): unknown {
  const text = JSON.stringify(hop.data ?? null);
  const isLong = text.length > dataCharactersMax;
  return {
    tenant: hop.tenant,
    topic: hop.topic,
    event_id: hop.eventId,
    partition: hop.partition,
    log_offset: hop.offset.toString(),
    type: hop.type,
    source: hop.source,
    key: hop.key,
    links: hop.links,
    happened_at: microsToIso(hop.happenedAt),
    published_at: microsToIso(hop.publishedAtMs * 1_000n),
    causation_id: hop.causationId,
    trace_id: hop.traceId,
    data: isLong ? null : withoutNul(hop.data, text),
    fault: isLong ? `The data is longer than ${dataCharactersMax} characters.` : hop.fault,
  };
}

/** Postgres refuses the character NUL in JSON. */
function withoutNul(data: unknown, text: string): unknown {
  return text.includes('\\u0000') ? (JSON.parse(text.replaceAll('\\u0000', '')) as unknown) : data;
}

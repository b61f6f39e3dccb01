import { Injectable } from '@nestjs/common';
import { isoToMicros, microsToIso } from '@sluice/messaging';
import type { EntityManager } from 'typeorm';
import type { Json } from '../domain/json.ts';
import type { PendingEvent } from '../domain/workset.ts';

interface PendingRow {
  readonly event_id: string;
  readonly business_key: string;
  readonly type: string;
  readonly data: Json;
  readonly happened_at: string;
  readonly traceparent: string | null;
}

/** Table pending_event: events that came before a run listened for them. */
@Injectable()
export class PendingEventRepository {
  /** Events that wait for runs of these business keys. */
  async ofBusinessKeys(
    tx: EntityManager,
    tenant: string,
    businessKeys: readonly string[],
  ): Promise<readonly PendingEvent[]> {
    const rows: { row: PendingRow }[] = await tx.query(
      'select to_jsonb(e) as row from pending_event e where tenant = $1 and business_key = any($2)',
      [tenant, businessKeys],
    );
    return rows.map(({ row }) => ({
      eventId: row.event_id,
      businessKey: row.business_key,
      type: row.type,
      data: row.data,
      timeMicros: isoToMicros(row.happened_at),
      traceparent: row.traceparent,
    }));
  }

  async insert(tx: EntityManager, tenant: string, events: readonly PendingEvent[]): Promise<void> {
    if (events.length === 0) return;
    const rows = events.map((event) => ({
      event_id: event.eventId,
      business_key: event.businessKey,
      type: event.type,
      data: event.data,
      happened_at: microsToIso(event.timeMicros),
      traceparent: event.traceparent,
    }));
    await tx.query(
      `insert into pending_event
         (tenant, event_id, business_key, type, data, happened_at, traceparent)
       select $1, event_id, business_key, type, data, happened_at, traceparent
       from jsonb_populate_recordset(null::pending_event, $2::jsonb)`,
      [tenant, JSON.stringify(rows)],
    );
  }

  async delete(tx: EntityManager, tenant: string, eventIds: readonly string[]): Promise<void> {
    if (eventIds.length === 0) return;
    await tx.query('delete from pending_event where tenant = $1 and event_id = any($2)', [
      tenant,
      eventIds,
    ]);
  }

  /** Deletes events that nobody listened for in all this time; returns how many. */
  async expire(
    tx: EntityManager,
    tenant: string,
    bounds: { readonly beforeMicros: bigint; readonly limit: number },
  ): Promise<number> {
    const [, count]: [unknown, number] = await tx.query(
      `delete from pending_event where (tenant, event_id) in (
         select tenant, event_id from pending_event
         where tenant = $1 and received_at < $2 order by received_at limit $3)`,
      [tenant, microsToIso(bounds.beforeMicros), bounds.limit],
    );
    return count;
  }
}

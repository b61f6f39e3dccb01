import { Injectable } from '@nestjs/common';
import { asFailures } from '@sluice/postgres';
import { DataSource, type EntityManager } from 'typeorm';
import { type Cursor, pageOf } from '../domain/cursor.ts';
import type { DeadLetterRow } from '../domain/dead-letter.ts';
import type { DeadLetterView, PageView } from '../views.ts';

// A message that fails again after a replay is the same letter, counted again.
const upsertSql = `
  insert into dead_letter as d (tenant, topic, original_topic, original_partition, original_offset,
    consumer_group, partition, log_offset, code, message, error_name, attempts, event_id, type, key,
    links, trace_id, preview, payload_bytes, first_at, last_at)
  select r.tenant, r.topic, r.original_topic, r.original_partition, r.original_offset,
    r.consumer_group, r.partition, r.log_offset, r.code, r.message, r.error_name, r.attempts,
    r.event_id, r.type, r.key, array(select jsonb_array_elements_text(r.links)), r.trace_id,
    r.preview, r.payload_bytes, r.seen_at, r.seen_at
  from jsonb_to_recordset($1::jsonb) as r (tenant text, topic text, original_topic text,
    original_partition int, original_offset bigint, consumer_group text, partition int,
    log_offset bigint, code text, message text, error_name text, attempts int, event_id text,
    type text, key text, links jsonb, trace_id text, preview text, payload_bytes int,
    seen_at timestamptz)
  on conflict (tenant, consumer_group, original_topic, original_partition, original_offset)
  do update set times = d.times + 1, code = excluded.code, message = excluded.message,
    attempts = excluded.attempts, partition = excluded.partition, log_offset = excluded.log_offset,
    last_at = greatest(d.last_at, excluded.last_at)
    where (excluded.partition, excluded.log_offset) > (d.partition, d.log_offset)`;

const columns = `
  d.topic || '/' || d.partition || '/' || d.log_offset as id, d.topic, d.consumer_group as "group",
  d.original_topic as "originalTopic", d.original_partition as "originalPartition",
  d.original_offset::text as "originalOffset", d.code, d.message, d.error_name as "errorName", d.attempts,
  d.event_id as "eventId", d.type, d.key,
  (select o.order_id from order_view o where o.tenant = d.tenant and o.order_id = any(d.links)
    limit 1) as "orderId",
  d.trace_id as "traceId", d.preview, d.payload_bytes as "payloadBytes", d.times,
  d.first_at as "firstAt", d.last_at as "lastAt"`;

const pageSql = `
  with page as (
  select d.last_at::text as "cursorAt", ${columns} from dead_letter d
  where d.tenant = $1 and ($2::text is null or d.code = $2)
    and ($3::timestamptz is null
      or (d.last_at, d.topic || '/' || d.partition || '/' || d.log_offset) < ($3, $4))
  order by d.last_at desc, d.topic || '/' || d.partition || '/' || d.log_offset desc limit $5)
  select "cursorAt", to_jsonb(page) - 'cursorAt' as letter from page
  order by "lastAt" desc, id desc`;

const linkedSql = `
  select ${columns} from dead_letter d
  where d.tenant = $1 and d.links && $2::text[] order by d.last_at desc limit 100`;

interface LetterRow {
  readonly cursorAt: string;
  readonly letter: DeadLetterView;
}

/** Dead letters of every consumer group. */
@Injectable()
export class DeadLetterRepository {
  constructor(private readonly dataSource: DataSource) {}

  async add(tx: EntityManager, rows: readonly DeadLetterRow[]): Promise<void> {
    if (rows.length > 0) await tx.query(upsertSql, [JSON.stringify(rows)]);
  }

  /** Newest first. */
  async page(
    tenant: string,
    query: { readonly code?: string; readonly cursor?: Cursor; readonly limit: number },
  ): Promise<PageView<DeadLetterView>> {
    const { code = null, cursor, limit } = query;
    const given = [tenant, code, cursor?.at ?? null, cursor?.id ?? null, limit + 1];
    const rows = await asFailures(() => this.dataSource.query<LetterRow[]>(pageSql, given));
    return pageOf(rows, limit, { of: ({ letter }) => letter, id: ({ letter }) => letter.id });
  }

  /** Letters that name any of the ids. */
  async linkedTo(tenant: string, ids: readonly string[]): Promise<readonly DeadLetterView[]> {
    return await asFailures(() =>
      this.dataSource.query<DeadLetterView[]>(linkedSql, [tenant, ids]),
    );
  }
}

import pg from 'pg';
import { openDoor } from '../../program-door.ts';
import { setting } from '../../program-settings.ts';
import type { DrainResult } from '../drain-result.ts';

/** An outbox whose rows are claimed by deleting them, as many tutorials and job queues do. */
const batchRows = 500;
const client = new pg.Client({ connectionString: setting('DATABASE_URL') });
await client.connect();
await client.query(`
  create table if not exists queue (
    id bigint generated always as identity primary key, key text not null, topic text not null,
    payload bytea not null, headers jsonb not null
  ) with (autovacuum_enabled = off)`);

// An array is made once; with `in` the planner may make the list again for every row.
const claimSql = `
  delete from queue where id = any(array(
    select id from queue order by id limit ${batchRows} for update skip locked
  )) returning id, key, topic, payload, headers`;

async function drain({ rows }: { rows: number }): Promise<DrainResult> {
  const batchesMs: number[] = [];
  let count = 0;
  while (count < rows) {
    const startedMs = performance.now();
    const { rowCount } = await client.query(claimSql);
    batchesMs.push(performance.now() - startedMs);
    if (rowCount === 0) break;
    count += rowCount ?? 0;
  }
  const faults = count === rows ? [] : [`${count} instead of ${rows} rows came out`];
  const [firstMs = 0, ...laterMs] = batchesMs;
  return { firstMs, batchesMs: laterMs, faults };
}

openDoor({ drain });

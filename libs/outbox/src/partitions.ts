import { classifyPostgres, inTransaction } from '@sluice/postgres';
import type { DataSource, EntityManager } from 'typeorm';

/** How many days of the outbox exist. */
export interface PartitionOptions {
  /** Partitions made before their day begins. @minimum 1 @default 3 */
  readonly aheadDays?: number;
  /** Days that published rows are kept, for replay. @minimum 1 @default 7 */
  readonly retentionDays?: number;
  /** No relay reads this outbox, so that days are dropped by their age alone. @default false */
  readonly isReadElsewhere?: boolean;
}

const dayMs = 86_400_000;

const partitionsSql = `
  select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
  where i.inhparent = 'outbox'::regclass and c.relname ~ '^outbox_[0-9]{8}$' order by 1`;

const isPassedSql = (name: string): string => `
  select coalesce((select max(xid) from ${name})
    < (select min(pg_snapshot_xmin(s0)) from outbox_shard), true) as passed`;

const retireSql = (name: string): string => `
  insert into outbox_retired (name, ends_at, last_seq)
  select '${name}', $1::timestamptz, coalesce(max(seq), 0) from ${name} on conflict do nothing`;

const pruneDefaultSql = `
  with gone as (
    delete from outbox_default where created_at < now() - make_interval(days => $1)
      and xid < (select min(pg_snapshot_xmin(s0)) from outbox_shard) returning seq, created_at)
  insert into outbox_retired as r (name, ends_at, last_seq)
  select 'outbox_default', max(created_at), max(seq) from gone having count(*) > 0
  on conflict (name) do update set ends_at = greatest(r.ends_at, excluded.ends_at),
    last_seq = greatest(r.last_seq, excluded.last_seq)`;

/**
 * Makes the partitions of the coming days, and drops those past the retention that every shard has
 * passed. May run in several replicas at once. Rows of a day without a partition go to the default
 * one, so a missed run loses nothing.
 * @returns names of the partitions made and dropped.
 */
export async function maintainPartitions(
  dataSource: DataSource,
  now: Date,
  options: PartitionOptions = {},
): Promise<{ readonly made: readonly string[]; readonly dropped: readonly string[] }> {
  const { aheadDays = 3, retentionDays = 7, isReadElsewhere = false } = options;
  const rows: { name: string }[] = await dataSource.query(partitionsSql);
  const existing = new Set(rows.map(({ name }) => name));
  const made: string[] = [];
  const dropped: string[] = [];
  for (const start of partitionDays(now, aheadDays)) {
    const name = nameOf(start);
    if (!existing.has(name) && (await makePartition(dataSource, name, start))) made.push(name);
  }
  const oldest = nameOf(new Date(now.getTime() - retentionDays * dayMs));
  for (const name of [...existing].filter((known) => known < oldest)) {
    if (await dropPartition(dataSource, name, isReadElsewhere)) dropped.push(name);
  }
  await dataSource.query(pruneDefaultSql, [retentionDays]);
  return { made, dropped };
}

/** Makes one day's partition: apart and attached, which locks the parent less than `partition of`. */
export function partitionStatements(start: Date): readonly string[] {
  const name = nameOf(start);
  const to = new Date(start.getTime() + dayMs);
  return [
    `create table ${name} (like outbox including defaults including storage)`,
    `alter table outbox attach partition ${name}
       for values from ('${start.toISOString()}') to ('${to.toISOString()}')`,
  ];
}

/** Midnight UTC of the days that should have a partition. */
export function partitionDays(now: Date, aheadDays: number): readonly Date[] {
  const today = Math.floor(now.getTime() / dayMs);
  return Array.from({ length: aheadDays + 1 }, (_, day) => new Date((today + day) * dayMs));
}

function nameOf(day: Date): string {
  return `outbox_${day.toISOString().slice(0, 10).replaceAll('-', '')}`;
}

/** Midnight at which the day of a partition ends. */
function endOf(name: string): Date {
  const [, year, month, day] = /(\d{4})(\d{2})(\d{2})$/.exec(name) ?? [];
  return new Date(Date.parse(`${year}-${month}-${day}T00:00:00Z`) + dayMs);
}

async function makePartition(dataSource: DataSource, name: string, start: Date): Promise<boolean> {
  return await underLock(dataSource, async (tx) => {
    const known: { exists: boolean }[] = await tx.query(
      'select to_regclass($1) is not null as exists',
      [name],
    );
    if (known[0]?.exists === true) return false;
    for (const statement of partitionStatements(start)) await tx.query(statement);
    return true;
  });
}

async function dropPartition(
  dataSource: DataSource,
  name: string,
  isReadElsewhere: boolean,
): Promise<boolean> {
  return await underLock(dataSource, async (tx) => {
    const rows: { passed: boolean }[] = await tx.query(isPassedSql(name));
    if (rows[0]?.passed !== true && !isReadElsewhere) return false;
    await tx.query(retireSql(name), [endOf(name)]);
    await tx.query(`drop table ${name}`);
    return true;
  });
}

/** False when the lock is not to be had now, or rows already stand in the default partition. */
async function underLock(
  dataSource: DataSource,
  work: (tx: EntityManager) => Promise<boolean>,
): Promise<boolean> {
  try {
    return await inTransaction(dataSource, async (tx) => {
      await tx.query(`set local lock_timeout = '2s'`);
      await tx.query(
        `select pg_advisory_xact_lock(hashtext('sluice.outbox'), hashtext(current_schema()))`,
      );
      return await work(tx);
    });
  } catch (error) {
    const failure = classifyPostgres(error);
    const mayPass = failure?.code === 'POSTGRES_55P03' || failure?.code === 'POSTGRES_23514';
    if (mayPass) return false;
    throw error;
  }
}

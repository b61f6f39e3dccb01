import type { OperatorNote, RecordedAct } from '@sluice/messaging';
import type { DataSource, EntityManager } from 'typeorm';

/** An act to record. */
export interface NewAct extends OperatorNote {
  /** What was done to what, for example `parked-key.skip`. */
  readonly act: string;
  readonly subject: Readonly<Record<string, unknown>>;
  /** Bytes that the act replaced. */
  readonly original?: Buffer | null;
}

const recordSql = `
  insert into operator_act (act, maker, reason, subject, original)
  values ($1, $2, $3, $4::jsonb, $5) returning id`;

const listSql = `
  select id, at, act, maker, reason, subject from operator_act order by id desc limit $1`;

/** Records an act in the transaction that carries it out; the record is never changed. @returns its id. */
export async function recordAct(tx: EntityManager, act: NewAct): Promise<string> {
  const { maker, reason, subject, original = null } = act;
  const rows: { id: string }[] = await tx.query(recordSql, [
    act.act,
    maker,
    reason,
    JSON.stringify(subject).replaceAll('\\u0000', '\\ufffd'),
    original,
  ]);
  return rows[0]?.id ?? '';
}

/** What operators did, newest first. */
export async function listActs(
  dataSource: DataSource,
  limit: number,
): Promise<readonly RecordedAct[]> {
  return await dataSource.query<RecordedAct[]>(listSql, [limit]);
}

import { afterCommit } from '@sluice/postgres';
import type { DataSource, EntityManager } from 'typeorm';

/** That a credit note has changed, as a webhook or the poll said. */
export interface CreditNoteNotice {
  /** The same change seen twice has the same key. */
  readonly noticeKey: string;
  readonly source: 'webhook' | 'poll';
  readonly creditNoteId: string;
}

/** A notice this process works on until its lease ends. */
export interface ClaimedNotice extends CreditNoteNotice {
  readonly attempts: number;
}

/** How a notice ended. */
export type NoticeState = 'published' | 'ignored' | 'failed';

interface NoticeRow {
  readonly notice_key: string;
  readonly source: 'webhook' | 'poll';
  readonly credit_note_id: string;
  readonly attempts: number;
}

const addSql = `
  insert into credit_note_notice (tenant, notice_key, source, credit_note_id)
  select $1, k, s, c from unnest($2::text[], $3::text[], $4::text[]) as notice (k, s, c)
  on conflict do nothing
  returning notice_key`;

const claimSql = `
  update credit_note_notice set attempts = attempts + 1,
    next_at = now() + make_interval(secs => $2)
  where (tenant, notice_key) in (
    select tenant, notice_key from credit_note_notice
    where tenant = $1 and state = 'waiting' and next_at <= now()
    order by next_at limit $3 for update skip locked)
  returning notice_key, source, credit_note_id, attempts`;

const hasWaitingSql = `
  select exists (select from credit_note_notice where tenant = $1 and state = 'waiting')
    as "hasWaiting"`;

const endSql = `
  update credit_note_notice set state = $3, detail = $4
  where tenant = $1 and notice_key = $2 and state = 'waiting'`;

const postponeSql = `
  update credit_note_notice set next_at = now() + make_interval(secs => $3), detail = $4
  where tenant = $1 and notice_key = $2 and state = 'waiting'`;

const reopenSql = `
  update credit_note_notice set state = 'waiting', attempts = 0, next_at = now(), detail = ''
  where tenant = $1 and notice_key = $2 and state in ('ignored', 'failed')`;

const reserveSql = `
  insert into credit_note_refund (tenant, credit_note_id) values ($1, $2)
  on conflict do nothing returning 1`;

/** Credit notes that were said to have changed, until somebody has read them again. */
export class CreditNoteNoticeRepository {
  private readonly tenant: string;
  private readonly listeners: (() => void)[] = [];

  constructor(tenant: string) {
    this.tenant = tenant;
  }

  /** Stores the notices; returns how many were new. */
  async add(tx: EntityManager, notices: readonly CreditNoteNotice[]): Promise<number> {
    if (notices.length === 0) return 0;
    const rows = (await tx.query(addSql, [
      this.tenant,
      notices.map((notice) => notice.noticeKey),
      notices.map((notice) => notice.source),
      notices.map((notice) => notice.creditNoteId),
    ])) as unknown[];
    if (rows.length > 0) this.tellAfter(tx);
    return rows.length;
  }

  /** Has the record read once more, for a notice that does not say which change it tells of. */
  async reopen(tx: EntityManager, notice: CreditNoteNotice): Promise<void> {
    await tx.query(reopenSql, [this.tenant, notice.noticeKey]);
    this.tellAfter(tx);
  }

  /** Calls back after every commit of this process that left something to read. */
  onWaiting(listener: () => void): void {
    this.listeners.push(listener);
  }

  /** True when something is to be read, now or after a pause. */
  async hasWaiting(source: DataSource): Promise<boolean> {
    const [row] = await source.query<{ hasWaiting: boolean }[]>(hasWaitingSql, [this.tenant]);
    return row?.hasWaiting === true;
  }

  /** Leases notices that are due; a lease that ends without an end is worked on again. */
  async claimDue(
    source: DataSource,
    options: { limit: number; leaseMs: number },
  ): Promise<readonly ClaimedNotice[]> {
    const values = [this.tenant, options.leaseMs / 1000, options.limit];
    const [rows] = (await source.query(claimSql, values)) as [NoticeRow[], number];
    return rows.map((row) => ({
      noticeKey: row.notice_key,
      source: row.source,
      creditNoteId: row.credit_note_id,
      attempts: row.attempts,
    }));
  }

  async end(
    tx: EntityManager,
    notice: CreditNoteNotice,
    outcome: { state: NoticeState; detail: string },
  ): Promise<void> {
    await tx.query(endSql, [this.tenant, notice.noticeKey, outcome.state, outcome.detail]);
  }

  async postpone(
    source: DataSource,
    notice: CreditNoteNotice,
    wait: { forMs: number; detail: string },
  ): Promise<void> {
    await source.query(postponeSql, [
      this.tenant,
      notice.noticeKey,
      wait.forMs / 1000,
      wait.detail,
    ]);
  }

  /** True for the first caller of a credit note ever: a credit note is refunded once. */
  async reserveRefund(tx: EntityManager, creditNoteId: string): Promise<boolean> {
    const rows = (await tx.query(reserveSql, [this.tenant, creditNoteId])) as unknown[];
    return rows.length === 1;
  }

  private tellAfter(tx: EntityManager): void {
    for (const listener of this.listeners) afterCommit(tx, listener);
  }
}
